import type { Mutations, Queries } from "../contract.ts";
import type { AbortSignalLike } from "../platform.ts";
import { orAborted, startLimit } from "./abort.ts";
import type { By, Identity, KnownUser, NamedUser } from "./identity.ts";
import type { Requests } from "./request.ts";
import { type Retried, type RetryBounds, tryRepeatedly } from "./retry.ts";
import { type Call, createRpc } from "./rpc.ts";
import { createSendOrder } from "./send-order.ts";

/** The options of every call. */
export interface CallOptions {
  /** Ends the call; the server may still have carried it out. */
  signal?: AbortSignalLike | undefined;
  /** Time limit of the call in ms, including retries and the wait for earlier sends. @default the client's */
  timeoutMs?: number | undefined;
}

/** The options of a mutation. */
interface MutationOptions extends CallOptions, Partial<Pick<Retried, "doneCode">> {
  /** @default true */
  isRepeatable?: boolean | undefined;
  /** Mutations in the same lane are sent one after another, in the order of the calls. */
  lane?: string | undefined;
}

/** The input of a procedure; the client's user is filled in where it names none. */
type InputOf<TProcedure extends { input: object }> = TProcedure["input"] extends NamedUser
  ? By<KnownUser, TProcedure["input"]>
  : TProcedure["input"];

/**
 * Calls procedures of the server, and retries where that is safe and may help. Every failure is thrown as a ChatError.
 */
export interface Transport {
  query<TPath extends keyof Queries>(
    path: TPath,
    input: InputOf<Queries[TPath]>,
    options?: CallOptions,
  ): Promise<Queries[TPath]["output"]>;
  mutate<TPath extends keyof Mutations>(
    path: TPath,
    input: InputOf<Mutations[TPath]>,
    options?: MutationOptions,
  ): Promise<Mutations[TPath]["output"]>;
}

/** What a transport needs from its client. */
export interface TransportOptions {
  identity: Identity;
  timeoutMs: number;
  bounds: RetryBounds;
}

// Here `user_id` is the acting user. A member to add or remove is always named.
const actsAsUser: readonly string[] = [
  "messages.send",
  "messages.edit",
  "messages.delete",
  "messages.react",
  "messages.unreact",
  "conversations.page",
  "conversations.updateMember",
  "reads.mark",
  "reads.markUnread",
  "reads.totals",
  "notes.send",
  "notes.page",
  "notes.get",
] satisfies (keyof Queries | keyof Mutations)[];

/** Creates the transport of one client. */
export function createTransport(
  requests: Requests,
  { identity, timeoutMs, bounds }: TransportOptions,
): Transport {
  const rpc = createRpc(requests);
  const inLane = createSendOrder();

  // Answers are not validated: the server is trusted to keep the contract.
  async function call<TOutput>(asked: Call, options: MutationOptions = {}): Promise<TOutput> {
    const { isRepeatable = true, doneCode, lane } = options;
    const timeMs = options.timeoutMs ?? timeoutMs;
    const limit = startLimit(timeMs, options.signal);
    // One attempt gets half of the time: a second one can open another connection when the first one's is dead.
    const tryMs = bounds.tries > 1 ? timeMs / 2 : timeMs;
    const { id } = asked.input as { id?: string };
    let filled: Call | undefined;

    async function attempt(onSend: () => void): Promise<unknown> {
      const tryLimit = startLimit(tryMs, limit.signal);
      try {
        // Filled in once, so that every attempt is the same user's.
        filled ??= await orAborted(fillIn(asked), tryLimit.signal);
        onSend();
        return await rpc(filled, tryLimit.signal);
      } finally {
        tryLimit.end();
      }
    }

    const run = () => tryRepeatedly(attempt, { limit, bounds, isRepeatable, doneCode, id });
    try {
      return (await (lane === undefined ? run() : inLane(lane, limit.signal, run))) as TOutput;
    } finally {
      limit.end();
    }
  }

  async function fillIn(asked: Call): Promise<Call> {
    // Fails before anything is sent when no token can be obtained.
    await requests.token();
    const input = asked.input as { user_id?: string };
    if (input.user_id !== undefined || !actsAsUser.includes(asked.path)) return asked;
    return { ...asked, input: { ...input, user_id: await identity.userId() } };
  }

  return {
    query: (path, input, options) => call({ type: "query", path, input }, options),
    mutate: (path, input, options) => call({ type: "mutation", path, input }, options),
  };
}
