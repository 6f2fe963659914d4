import type { RestOperation } from "./routes.ts";

/** A method and a path. */
type Place = Pick<RestOperation, "method" | "path">;

/**
 * Returns the methods that paths with a name must not answer, because only a path with a parameter in its place has them: a
 * name is never the value of a parameter.
 */
export function findUnserved(operations: readonly Place[]): Place[] {
  const served = new Set(operations.map(toKey));
  const found = operations.flatMap(({ method, path: general }) =>
    operations
      .filter(({ path }) => isNamedIn(path, general))
      .map(({ path }): Place => ({ method, path })),
  );
  const unserved = found.filter((place) => !served.has(toKey(place)));
  return [...new Map(unserved.map((place) => [toKey(place), place])).values()];
}

function toKey({ method, path }: Place): string {
  return `${method} ${path}`;
}

// Whether every request to one path has the form of the other, which has a parameter where this one has a name.
function isNamedIn(named: string, general: string): boolean {
  const [steps, others] = [named.split("/"), general.split("/")];
  if (named === general || steps.length !== others.length) return false;
  return steps.every((step, index) => step === others[index] || isParam(others[index] ?? ""));
}

function isParam(step: string): boolean {
  return step.startsWith("{");
}
