import type { Operation } from "@trpc/client";
import { httpLink } from "@trpc/client/links/httpLink";
import { readAnswer } from "./answer.ts";
import type { Mutations, Queries } from "./contract.ts";
import { ChatError } from "./errors.ts";
import {
  type AbortSignalLike,
  type FetchInit,
  type FetchLike,
  platform,
  type ResponseLike,
} from "./platform.ts";

/** What every call takes beside its input. */
export interface CallOptions {
  /** Ends the call; what it was about may have happened all the same. */
  signal?: AbortSignalLike | undefined;
}

type Call = Pick<Operation, "type" | "path" | "input">;

/** Carries calls to the server and brings back results; everything else is thrown as a ChatError. */
export interface Transport {
  query<TPath extends keyof Queries>(
    path: TPath,
    input: Queries[TPath]["input"],
    options?: CallOptions,
  ): Promise<Queries[TPath]["output"]>;
  mutate<TPath extends keyof Mutations>(
    path: TPath,
    input: Mutations[TPath]["input"],
    options?: CallOptions,
  ): Promise<Mutations[TPath]["output"]>;
}

/** Makes the transport of one client: one HTTP request for each call. */
export function createTransport(url: string, fetch: FetchLike | undefined): Transport {
  // tRPC types its fetch after the DOM's; it calls it with exactly what FetchInit says.
  const options = { url: `${url.replace(/\/$/, "")}/trpc`, fetch: fetchAnswer } as Parameters<
    typeof httpLink
  >[0];
  const link = httpLink(options)({});

  // Answers are judged here, since only here are status and headers known; tRPC gets to see good ones alone.
  async function fetchAnswer(address: string, init: FetchInit) {
    const envelope = await readAnswer(await reach(address, init));
    return { ok: true, json: async () => envelope };
  }

  async function reach(address: string, init: FetchInit): Promise<ResponseLike> {
    // Looked up for each call: tests and instrumentation replace the global one at any time.
    const fetchOf = fetch ?? platform.fetch;
    try {
      return await fetchOf(address, init);
    } catch (cause) {
      throw new ChatError("network", `cannot reach ${url}`, { cause });
    }
  }

  // What the server answers is taken at its word: that it is what the contract says.
  function call<TOutput>(operation: Call, { signal }: CallOptions = {}): Promise<TOutput> {
    const op = { ...operation, id: 0, context: {}, signal: signal as Operation["signal"] };
    return new Promise((resolve, reject) => {
      link({ op, next: refuseToPass }).subscribe({
        next: ({ result }) => resolve((result as { data: TOutput }).data),
        error: ({ cause }) => reject(toCallError(cause, signal)),
      });
    });
  }

  return {
    query: (path, input, options) => call({ type: "query", path, input }, options),
    mutate: (path, input, options) => call({ type: "mutation", path, input }, options),
  };
}

function refuseToPass(): never {
  throw new Error("httpLink is the last link");
}

function toCallError(cause: unknown, signal: AbortSignalLike | undefined): ChatError {
  const isAnswered = cause instanceof ChatError && cause.status !== undefined;
  // A refusal that came before the abort says more than the abort.
  if (signal?.aborted && !isAnswered) return toAbortError(signal.reason);
  if (cause instanceof ChatError) return cause;
  return new ChatError("bad_request", "the input cannot be written as JSON", { cause });
}

/** Turns the reason of an aborted signal into the error of the call that it ended. */
export function toAbortError(reason: unknown): ChatError {
  // `AbortSignal.timeout()` gives this name: https://dom.spec.whatwg.org/#dom-abortsignal-timeout
  const isTimeout = (reason as { name?: unknown } | null | undefined)?.name === "TimeoutError";
  const message = isTimeout ? "the call took too long" : "the call was aborted";
  return new ChatError(isTimeout ? "timeout" : "aborted", message, { cause: reason });
}
