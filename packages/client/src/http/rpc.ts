import type { Operation } from "@trpc/client";
import { httpLink } from "@trpc/client/links/httpLink";
import type { Mutations } from "../contract.ts";
import { ChatError, isChatError } from "../errors.ts";
import type { AbortSignalLike, FetchInit } from "../platform.ts";
import { orAborted } from "./abort.ts";
import { readAnswer } from "./answer.ts";
import type { Requests } from "./request.ts";

/** A procedure and its input. */
export type Call = Pick<Operation, "type" | "path" | "input">;

/**
 * Calls a procedure once.
 * @throws ChatError and nothing else.
 */
export type Rpc = (call: Call, signal: AbortSignalLike) => Promise<unknown>;

/** The path of the one procedure that returns nothing. */
const pathOfNothing = `/trpc/${"conversations.removeMember" satisfies keyof Mutations}`;

/** Creates the function that calls procedures of a server, one HTTP request for each call. */
export function createRpc(requests: Requests): Rpc {
  // tRPC declares the DOM's `fetch`, and calls it with exactly what FetchInit declares.
  const options = { url: "/trpc", fetch: fetchAnswer } as Parameters<typeof httpLink>[0];
  const link = httpLink(options)({});

  // Answers are checked here, where status and headers are known; tRPC sees only successful ones.
  async function fetchAnswer(path: string, init: FetchInit) {
    const envelope = await readAnswer(await requests.send(path, init), path !== pathOfNothing);
    return { ok: true, json: async () => envelope };
  }

  return (call, signal) => {
    const op = { ...call, id: 0, context: {}, signal: signal as Operation["signal"] };
    const answered = new Promise((resolve, reject) => {
      link({ op, next: refuseToPass }).subscribe({
        next: ({ result }) => resolve((result as { data: unknown }).data),
        error: ({ cause }) => reject(toCallError(cause)),
      });
    });
    return orAborted(answered, signal);
  };
}

function refuseToPass(): never {
  throw new Error("httpLink is the last link");
}

function toCallError(cause: unknown): ChatError {
  if (isChatError(cause)) return cause;
  return new ChatError("bad_request", "the input cannot be serialized as JSON", { cause });
}
