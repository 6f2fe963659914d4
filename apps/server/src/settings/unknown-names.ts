import { settingsTable } from "./table.ts";

const prefix = "CHATNEST_";
const known = settingsTable.map(({ name }) => name);
/** Read by the tests, and what Kubernetes and Docker set in every container beside a service that is called chatnest. */
const ignored =
  /^CHATNEST_(TEST_\w+|REAL_DATA|SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)$/;
// Farther apart, two names are rarely the same one misspelled.
const distanceMax = 3;

/** Lists the names that look like settings and are none, a line each, with the nearest name that is one. */
export function findUnknownNames(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values)
    .filter(([name, value]) => isUnknown(name, value))
    .map(([name]) => {
      const nearest = findNearest(name);
      const hint = nearest === undefined ? "" : `: did you mean ${nearest}?`;
      return `${name} is not a setting and is ignored${hint}`;
    });
}

function isUnknown(name: string, value: string): boolean {
  if (!name.startsWith(prefix) || known.includes(name) || ignored.test(name)) return false;
  // As Kubernetes sets it: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
  return !(name === "CHATNEST_PORT" && value.startsWith("tcp://"));
}

function findNearest(name: string): string | undefined {
  const bare = name.slice(prefix.length);
  const distances = known.map((candidate) => ({
    candidate,
    distance: Math.min(distanceOf(name, candidate), distanceOf(bare, candidate)),
  }));
  const [nearest] = distances.toSorted((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= distanceMax ? nearest.candidate : undefined;
}

/** Counts the characters to insert, delete or replace (Levenshtein). */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...to].entries()) {
      const replaced = (row[at] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
