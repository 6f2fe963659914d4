import type { Context, Meta, RestRoute } from "@chatnest/api";
import type { AnyTRPCProcedure, AnyTRPCRouter } from "@trpc/server";
import { z } from "zod";
import type { IsLeftOut } from "./left-out.ts";

/** A procedure that REST shows. */
export interface RestProcedure {
  /** As in tRPC: `messages.send`. */
  name: string;
  route: RestRoute;
  /** That of a success, where the route does not say more. */
  status: number;
  /** Whether its input comes in a body. */
  hasBody: boolean;
  /** The fields of its input that only a header gives. */
  headerFields: readonly string[];
  /** The fields of its input that are numbers. */
  numbers: ReadonlySet<string>;
  /** The fields of its input that are booleans. */
  booleans: ReadonlySet<string>;
  input: z.ZodObject;
  /** Tells which fields of a body are left out: those that only the server sets, and `null` in one that is only optional. */
  isLeftOut: IsLeftOut;
  call(context: Context, input: unknown, signal?: AbortSignal): Promise<unknown>;
}

/** One method of one path, and the procedures that answer it. */
export interface RestOperation {
  method: RestRoute["method"];
  path: string;
  /** The names of the path's parameters, in order. */
  params: readonly string[];
  /** Whether the input of its procedures comes in a body. */
  hasBody: boolean;
  procedures: readonly RestProcedure[];
}

/** Reads from a router what REST shows, grouped by method and path. */
export function readOperations(router: AnyTRPCRouter): RestOperation[] {
  const byRoute = Map.groupBy(
    readProcedures(router),
    ({ route }) => `${route.method} ${route.path}`,
  );
  return [...byRoute.values()].flatMap((procedures) => {
    const [first] = procedures;
    if (!first) return [];
    const { method, path } = first.route;
    const { hasBody } = first;
    if (procedures.some((procedure) => procedure.hasBody !== hasBody)) {
      throw new Error(`${method} ${path} cannot have a body and none`);
    }
    return [{ method, path, params: paramsOf(path), hasBody, procedures }];
  });
}

/**
 * Puts paths that name something before those that have a parameter in its place: of all that match a request, the first
 * answers.
 */
export function sortBySpecificity<TRoute extends { path: string }>(
  routes: readonly TRoute[],
): TRoute[] {
  return routes.toSorted((a, b) => (rankOf(a.path) < rankOf(b.path) ? -1 : 1));
}

/** Writes the path of a route as Hono matches it. */
export function toPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** Says whether a procedure answers with events, as they happen. */
export function isFollowed({ route }: RestProcedure): boolean {
  return route.body === "events";
}

/** Picks the procedure that answers a request, by the fields of its body or the parameters of its query. */
export function chooseProcedure(
  { method, path, procedures }: RestOperation,
  given: Readonly<Record<string, unknown>>,
): RestProcedure {
  const chosen =
    procedures.find(({ route }) => route.when?.some((name) => Object.hasOwn(given, name))) ??
    procedures.find(({ route }) => !route.when);
  if (!chosen) throw new Error(`no procedure answers ${method} ${path} without parameters`);
  return chosen;
}

function readProcedures(router: AnyTRPCRouter): RestProcedure[] {
  const procedures: Record<string, AnyTRPCProcedure> = router._def.procedures;
  return Object.entries(procedures).flatMap(([name, called]) => {
    const route = (called._def.meta as Meta | undefined)?.rest;
    if (!route) return [];
    const input = mergeInputs(name, called._def.inputs);
    const procedure: RestProcedure = {
      name,
      route,
      status: Number(Object.keys(route.success)[0]),
      hasBody: route.hasBody ?? ["POST", "PUT", "PATCH"].includes(route.method),
      headerFields: (route.headers ?? []).flatMap((header) =>
        "field" in header ? header.field : [],
      ),
      numbers: fieldsOf(input, ["integer", "number"]),
      booleans: fieldsOf(input, ["boolean"]),
      input,
      isLeftOut: leftOutOf(input, route.takes),
      // As tRPC's own callers call it, without the proxies by which those find it.
      call: (ctx, value, signal) =>
        called({
          ctx,
          getRawInput: async () => value,
          path: name,
          type: called._def.type,
          signal,
          batchIndex: 0,
        }),
    };
    return [procedure];
  });
}

// Each schema of a procedure takes its part of the same object.
function mergeInputs(name: string, inputs: readonly unknown[]): z.ZodObject {
  const schemas = inputs.map((input) => {
    if (!(input instanceof z.ZodObject))
      throw new Error(`${name} takes something else than objects`);
    return input;
  });
  const [first, ...others] = schemas;
  if (!first) throw new Error(`${name} takes nothing`);
  // One alone keeps its name in the document.
  if (others.length === 0) return first;
  return z.object(Object.assign({}, ...schemas.map(({ shape }) => shape)));
}

function leftOutOf({ shape }: z.ZodObject, takes: RestRoute["takes"]): IsLeftOut {
  const readOnly = new Set(Object.keys(takes?.shape ?? {}).filter((name) => !(name in shape)));
  // Where `null` means something, it is given.
  const optional = new Set(
    Object.entries(shape)
      .filter(([, field]) => field.isOptional() && !field.isNullable())
      .map(([name]) => name),
  );
  return (name, value) => readOnly.has(name) || (value === null && optional.has(name));
}

/** Names the fields of an input that have one of some types of JSON Schema. */
function fieldsOf(input: z.ZodObject, types: readonly string[]): ReadonlySet<string> {
  const { properties = {} } = z.toJSONSchema(input, { io: "input" });
  const isOne = (schema: unknown): boolean =>
    typeof schema === "object" &&
    schema !== null &&
    "type" in schema &&
    types.includes(String(schema.type));
  return new Set(Object.keys(properties).filter((name) => isOne(properties[name])));
}

function paramsOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
}

// A digit for each step; paths that match the same request have as many.
function rankOf(path: string): string {
  return path
    .split("/")
    .map((step) => (step.startsWith("{") ? "1" : "0"))
    .join("");
}
