import { appRouter, type Meta, type RestRoute } from "@chatnest/api";
import { pathOf } from "../support/rest.ts";
import type { Row } from "./matrix-rows.ts";

interface Procedure {
  _def: { type: Row["kind"]; meta?: Meta };
}

/** A procedure of the router, as it is served. */
export interface Served {
  name: string;
  kind: Row["kind"];
  /** How REST shows it, if it does. */
  rest: RestRoute | undefined;
}

/** Reads all procedures of the router. */
export function readServed(): Served[] {
  // Flat at run time, nested by its type.
  const procedures: unknown = appRouter._def.procedures;
  return Object.entries(procedures as Record<string, Procedure>).map(([name, { _def }]) => {
    return { name, kind: _def.type, rest: _def.meta?.rest };
  });
}

/** A request, and what came back for it. */
export interface Call {
  path: string;
  init: RequestInit;
}

const json = { "content-type": "application/json" };

/** Writes a call over tRPC. */
export function toTrpcCall({ name, kind }: Served, input: object): Call {
  if (kind === "mutation") {
    const body = JSON.stringify(input);
    return { path: `/trpc/${name}`, init: { method: "POST", headers: json, body } };
  }
  const query = new URLSearchParams({ input: JSON.stringify(input) });
  return { path: `/trpc/${name}?${query}`, init: {} };
}

/** Writes a call over REST: the input in the path, then in the body or the query, as the route says. */
export function toRestCall({ method, path, hasBody }: RestRoute, input: object): Call {
  const rest = new Map(Object.entries(input));
  const filled = path.split("/").map((step) => {
    const [, param] = /^\{(\w+)\}$/.exec(step) ?? [];
    if (param === undefined) return step;
    const value = String(rest.get(param));
    rest.delete(param);
    return pathOf(value).slice(1);
  });
  const target = filled.join("/");
  const fields = Object.fromEntries(rest);
  if (hasBody ?? ["POST", "PUT", "PATCH"].includes(method)) {
    return { path: target, init: { method, headers: json, body: JSON.stringify(fields) } };
  }
  const query = new URLSearchParams(fields as Record<string, string>).toString();
  return { path: query === "" ? target : `${target}?${query}`, init: { method } };
}

/** What a caller is answered. */
export interface Answer {
  /** Of a stream, what its first event says. */
  status: number;
  /** The body with the id of the request left out; of a stream, what it says first. */
  body: string;
  /** The headers, without those that differ by request. */
  headers: string;
}

const ofRequest = new Set(["x-request-id", "date", "etag"]);

/** Makes a call. */
export async function askAs(
  url: string,
  { path, init }: Call,
  authorization: string | undefined,
): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (authorization !== undefined) headers.set("authorization", authorization);
  const connection = new AbortController();
  const response = await fetch(url + path, { ...init, headers, signal: connection.signal });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  const text = isStream ? await readFirst(response) : await response.text();
  connection.abort();
  const kept = [...response.headers].filter(([name]) => !ofRequest.has(name));
  return {
    status: isStream ? statusOf(text) : response.status,
    body: text.replaceAll(/"request_id":"[^"]*"/g, '"request_id":""'),
    headers: JSON.stringify(kept),
  };
}

// tRPC says that it is connected before it asks: what counts is the next event.
async function readFirst({ body }: Response): Promise<string> {
  let text = "";
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const events = text.split("\n\n").slice(0, -1);
    if (events.some((event) => /^data: /m.test(event) && !/^event: connected$/m.test(event))) break;
  }
  return text;
}

/** What a stream says by its first event, as the status that any other answer would have. */
function statusOf(stream: string): number {
  const [, refused] = /^event: serialized-error\ndata: .*"httpStatus":(\d+)/m.exec(stream) ?? [];
  if (refused !== undefined) return Number(refused);
  return /^data: .*"(last_seq|heads)":/m.test(stream) ? 200 : 0;
}
