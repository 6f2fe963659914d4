import { appRouter, type Context, createCaller, type Meta, type RestRoute } from "@chatnest/api";
import { z } from "zod";
import type { IsLeftOut } from "./input.ts";

/** A procedure that REST shows. */
export interface RestProcedure {
  /** As in tRPC: `messages.send`. */
  name: string;
  route: RestRoute;
  /** The fields of its input that are numbers. */
  numbers: ReadonlySet<string>;
  input: z.ZodObject;
  /** Picks the fields that count as not given: read-only ones, and `null` in optional ones. */
  isLeftOut: IsLeftOut;
  call(context: Context, input: unknown): Promise<unknown>;
}

/** One method of one path, and the procedures that answer it. */
export interface RestOperation {
  method: RestRoute["method"];
  path: string;
  /** The names of the path's parameters, in order. */
  params: readonly string[];
  procedures: readonly RestProcedure[];
}

type Caller = Record<string, Record<string, (input: unknown) => Promise<unknown>>>;

/** Reads from the router what REST shows, grouped by method and path. */
export function readOperations(): RestOperation[] {
  const byRoute = Map.groupBy(readProcedures(), ({ route }) => `${route.method} ${route.path}`);
  return [...byRoute.values()].flatMap((procedures) => {
    const [first] = procedures;
    if (!first) return [];
    const { method, path } = first.route;
    return [{ method, path, params: paramsOf(path), procedures }];
  });
}

/** Picks the procedure that answers a request, by the parameters that its query has. */
export function chooseProcedure(
  { method, path, procedures }: RestOperation,
  query: Readonly<Record<string, string>>,
): RestProcedure {
  const chosen =
    procedures.find(({ route }) => route.when?.some((name) => Object.hasOwn(query, name))) ??
    procedures.find(({ route }) => !route.when);
  if (!chosen) throw new Error(`no procedure answers ${method} ${path} without parameters`);
  return chosen;
}

function readProcedures(): RestProcedure[] {
  return Object.entries(appRouter._def.record).flatMap(([noun, procedures]) =>
    Object.entries(procedures).flatMap(([verb, { _def }]) => {
      const route = (_def.meta as Meta | undefined)?.rest;
      if (!route) return [];
      const name = `${noun}.${verb}`;
      const [input] = _def.inputs;
      if (!(input instanceof z.ZodObject)) throw new Error(`${name} takes no object`);
      const call: RestProcedure["call"] = (context, value) =>
        callProcedure(context, [noun, verb], value);
      const isLeftOut = leftOutOf(input, route.takes);
      return [{ name, route, numbers: numbersOf(input), input, isLeftOut, call }];
    }),
  );
}

async function callProcedure(
  context: Context,
  [noun, verb]: [string, string],
  input: unknown,
): Promise<unknown> {
  // The caller is typed by name; here the names come from the same router.
  const caller = createCaller(context) as unknown as Caller;
  return caller[noun]?.[verb]?.(input);
}

function leftOutOf({ shape }: z.ZodObject, takes: RestRoute["takes"]): IsLeftOut {
  const readOnly = new Set(Object.keys(takes?.shape ?? {}).filter((name) => !(name in shape)));
  const fields = Object.entries(shape);
  const optional = new Set(
    fields.filter(([, { isOptional }]) => isOptional()).map(([name]) => name),
  );
  return (name, value) => readOnly.has(name) || (value === null && optional.has(name));
}

function numbersOf(input: z.ZodObject): ReadonlySet<string> {
  const { properties = {} } = z.toJSONSchema(input, { io: "input" });
  const isNumber = (schema: unknown): boolean => {
    const type = typeof schema === "object" && schema !== null && "type" in schema && schema.type;
    return type === "integer" || type === "number";
  };
  return new Set(Object.keys(properties).filter((name) => isNumber(properties[name])));
}

function paramsOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
}
