import type { Mutations, Queries } from "../contract.ts";
import { ChatError } from "../errors.ts";
import type { AbortSignalLike } from "../platform.ts";
import { orAborted } from "./abort.ts";
import { readAnswer } from "./answer.ts";
import type { Requests } from "./request.ts";

/** A procedure and its input. */
export interface Call {
  type: "query" | "mutation";
  path: keyof Queries | keyof Mutations;
  input: object;
}

/**
 * Calls a procedure once.
 * @throws ChatError and nothing else.
 */
export type Rpc = (call: Call, signal: AbortSignalLike) => Promise<unknown>;

/** The one procedure that returns nothing. */
const pathOfNothing: keyof Mutations = "conversations.removeMember";

/** Creates the function that calls procedures of a server over tRPC, one HTTP request for each call. */
export function createRpc(requests: Requests): Rpc {
  async function ask({ type, path, input }: Call, signal: AbortSignalLike): Promise<unknown> {
    const text = toJson(input);
    const headers = { "content-type": "application/json" };
    const [url, init] =
      type === "query"
        ? [`/trpc/${path}?input=${encodeURIComponent(text)}`, { method: "GET", headers: {} }]
        : [`/trpc/${path}`, { method: "POST", headers, body: text }];
    const response = await requests.send(url, { ...init, signal });
    return readAnswer(response, path !== pathOfNothing);
  }

  return (call, signal) => orAborted(ask(call, signal), signal);
}

function toJson(input: object): string {
  try {
    return JSON.stringify(input);
  } catch (cause) {
    throw new ChatError("bad_request", "the input cannot be serialized as JSON", { cause });
  }
}
