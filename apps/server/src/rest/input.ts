import { type ChatError, type RestHeader, type RestQuery, refuseInput } from "@chatnest/api";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { readJsonObject } from "../http/body.ts";
import { queryOf } from "../http/target.ts";
import { leaveOut } from "./left-out.ts";
import type { RestOperation, RestProcedure } from "./routes.ts";

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
 * Reads what a request gives beside its path and its headers: its body where the operation has one, else its query.
 * @throws ChatError `bad_request`, `payload_too_large`, `unsupported_media_type` or `validation_failed`
 */
export async function readGiven(
  c: Context<AppEnv>,
  { hasBody, procedures }: RestOperation,
  query: RestQuery,
): Promise<Record<string, unknown>> {
  if (!hasBody) return query;
  refuseQuery(query);
  const isOptional = procedures.some(({ route }) => route.isBodyOptional);
  return readJsonObject(c.req.raw, { isOptional });
}

/**
 * Reads the input of a procedure from what a request has of it: its path, its query or its body, and its headers.
 * @throws ChatError `validation_failed`
 */
export function readInput(
  c: Context<AppEnv>,
  { route, hasBody, headerFields, isLeftOut, numbers, booleans }: RestProcedure,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const params = toNumbers(c.req.param(), numbers);
  const rest = hasBody
    ? leaveOut(given, isLeftOut)
    : toBooleans(toNumbers(given, numbers), booleans);
  const misplaced = headerFields.filter((name) => Object.hasOwn(rest, name));
  if (misplaced.length > 0) throw refuse(misplaced, "unknown field");
  let input = joinInput(params, rest);
  for (const header of route.headers ?? []) {
    const value = c.req.header(header.name);
    if (value === undefined) continue;
    input =
      "field" in header
        ? { ...input, ...readField(header, value, numbers) }
        : header.apply(input, value, c.get("caller"));
  }
  return input;
}

function readField(
  { field, read }: Extract<RestHeader, { field: string }>,
  value: string,
  numbers: ReadonlySet<string>,
): Record<string, unknown> {
  return read ? { [field]: read(value) } : toNumbers({ [field]: value }, numbers);
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

/** Refuses query parameters where there are none to be given. */
export function refuseQuery(query: RestQuery): void {
  const names = Object.keys(query);
  if (names.length > 0) throw refuse(names, "unknown parameter");
}

/** Turns texts into numbers where a procedure takes numbers; what is no canonical integer stays a text, for the schema to refuse. */
export function toNumbers(
  texts: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Record<string, unknown> {
  // Copies properties and never assigns one that a client named, so that `__proto__` is a name like any other.
  const input: Record<string, unknown> = { ...texts };
  for (const name of names) {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    if (typeof text !== "string" || !integerText.test(text)) continue;
    const number = Number(text);
    if (Number.isSafeInteger(number)) input[name] = number;
  }
  return input;
}

/** Turns `true` and `false` into booleans where a procedure takes booleans; any other text is for the schema to refuse. */
export function toBooleans(
  texts: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Record<string, unknown> {
  const input = { ...texts };
  for (const name of names) {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    if (text === "true" || text === "false") input[name] = text === "true";
  }
  return input;
}

function refuse(names: readonly string[], message: string): ChatError {
  return refuseInput(names.map((path) => ({ path, code: "unrecognized_keys", message })));
}
