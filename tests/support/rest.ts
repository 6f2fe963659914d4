import { randomUUID } from "node:crypto";
import { type Conversation, type Message, readHead } from "@chatnest/db";
import { DocumentCheck } from "./document.ts";
import { startServer, type TestServer } from "./server.ts";

/** An answer of REST, read and held against the document. */
export interface Answer<TBody = unknown> {
  status: number;
  headers: Headers;
  body: TBody;
}

/** An error of REST. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { path: string; code: string; message: string }[];
  id?: string;
}

/** A server, and how to call it: every answer has to be as documented. */
export interface RestServer extends TestServer {
  call<TBody = unknown>(method: string, path: string, init?: RequestInit): Promise<Answer<TBody>>;
  get<TBody = Message[]>(path: string): Promise<Answer<TBody>>;
  post<TBody = Message>(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<TBody>>;
  put: RestServer["post"];
  patch: RestServer["post"];
}

/** Starts a server whose every answer is held against its own document. */
export async function startRest(...args: Parameters<typeof startServer>): Promise<RestServer> {
  const server = await startServer(...args);
  const document = await (await fetch(`${server.url}/openapi.json`)).json();
  const documented = new DocumentCheck(document as Record<string, unknown>);

  async function call<TBody>(
    method: string,
    path: string,
    init: RequestInit = {},
  ): Promise<Answer<TBody>> {
    const response = await fetch(server.url + path, { method, redirect: "manual", ...init });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.endsWith("json") && text !== "";
    const body: unknown = isJson ? JSON.parse(text) : text;
    documented.check({ method, path, response, body });
    return { status: response.status, headers: response.headers, body: body as TBody };
  }

  // Without a body, it is empty.
  function withBody(method: string): RestServer["post"] {
    return (path, body, headers = {}) => {
      if (body === undefined) return call(method, path, { headers });
      return call(method, path, {
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      });
    };
  }

  return {
    ...server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    call,
    get: (path) => call("GET", path),
    post: withBody("POST"),
    put: withBody("PUT"),
    patch: withBody("PATCH"),
  };
}

/** Reads the link to a page beside an answer, which is a query; none where there is no such page. */
export function linkOf(
  { headers }: Pick<Answer, "headers">,
  rel: "prev" | "next",
): string | undefined {
  return new RegExp(`<([^>]*)>; rel="${rel}"`).exec(headers.get("link") ?? "")?.[1];
}

/** Makes an id that no other test uses. */
export function unique(name: string): string {
  return `${name}-${randomUUID()}`;
}

/** Writes a path from parts that are encoded, and may hold anything. */
export function pathOf(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** Reads all that a store holds of a conversation and a user, to see that nothing has changed. */
export async function snapshot(
  { store }: TestServer,
  conversationId: string,
  userId: string,
): Promise<{ conversations: Conversation[]; inbox: unknown[]; notes: number }> {
  return {
    conversations: await store.conversations.get([conversationId], 1_000),
    inbox: await store.conversations.inbox(userId, { limit: 1_000 }),
    notes: await readHead(store.log, `n:${userId}`),
  };
}
