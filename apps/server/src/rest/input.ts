import { type ChatError, type RestQuery, refuseInput } from "@chatnest/api";
import { queryOf } from "../http/target.ts";

const integerText = /^(?:0|-?[1-9]\d*)$/;

/**
 * Reads the query of a target; every parameter at most once.
 * @throws ChatError `validation_failed`
 */
export function readQuery(target: string): RestQuery {
  const text = queryOf(target);
  if (text === "") return {};
  const pairs = [...new URLSearchParams(text)];
  // Defines properties and never assigns them, so that `__proto__` is a name like any other.
  const query = Object.fromEntries(pairs);
  if (Object.keys(query).length < pairs.length) {
    const names = pairs.map(([name]) => name);
    const repeated = names.filter((name, index) => names.indexOf(name) !== index);
    throw refuse([...new Set(repeated)], "given more than once");
  }
  return query;
}

/**
 * Puts the parts of a request together.
 * @throws ChatError `validation_failed` when a part names what the path says.
 */
export function joinInput(
  params: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const twice = Object.keys(params).filter((name) => Object.hasOwn(rest, name));
  if (twice.length > 0) throw refuse(twice, "the path says it");
  return { ...rest, ...params };
}

/** Says whether a field of a body counts as not given. */
export type IsLeftOut = (name: string, value: unknown) => boolean;

/** Drops the fields of a body that count as not given. */
export function leaveOut(
  body: Record<string, unknown>,
  isLeftOut: IsLeftOut,
): Record<string, unknown> {
  const fields = Object.entries(body);
  const kept = fields.filter(([name, value]) => !isLeftOut(name, value));
  // Defines properties and never assigns them, so that `__proto__` is a name like any other.
  return kept.length === fields.length ? body : Object.fromEntries(kept);
}

/** Refuses query parameters where there are none to be given. */
export function refuseQuery(query: RestQuery): void {
  const names = Object.keys(query);
  if (names.length > 0) throw refuse(names, "unknown parameter");
}

/** Turns texts into numbers where a procedure takes numbers; what is no canonical integer stays a text, for the schema to refuse. */
export function toNumbers(texts: RestQuery, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const isNumber =
        names.has(name) && integerText.test(text) && Number.isSafeInteger(Number(text));
      return [name, isNumber ? Number(text) : text];
    }),
  );
}

function refuse(names: readonly string[], message: string): ChatError {
  return refuseInput(names.map((path) => ({ path, code: "unrecognized_keys", message })));
}
