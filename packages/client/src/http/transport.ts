import type { Mutations, Queries } from "../contract.ts";
import type { AbortSignalLike } from "../platform.ts";
import { orAborted, startLimit } from "./abort.ts";
import type { By, Identity, KnownUser, NamedUser } from "./identity.ts";
import type { Requests } from "./request.ts";
import { type Retried, type RetryBounds, tryRepeatedly } from "./retry.ts";
import { type Call, createRpc } from "./rpc.ts";
import { createSendOrder } from "./send-order.ts";

/** What every call takes beside its input. */
export interface CallOptions {
  /** Ends the call; what it was about may have happened all the same. */
  signal?: AbortSignalLike | undefined;
  /** How long the call may take, its repeats and its wait for earlier sends included. @default the client's */
  timeoutMs?: number | undefined;
}

/** What a mutation takes beside that. */
interface MutationOptions extends CallOptions, Partial<Pick<Retried, "doneCode">> {
  /** @default true */
  isRepeatable?: boolean | undefined;
  /** What is to be done in the order in which it was asked for is in one lane. */
  lane?: string | undefined;
}

/** What a procedure is given: the client's user is filled in where it names none. */
type InputOf<TProcedure extends { input: object }> = TProcedure["input"] extends NamedUser
  ? By<KnownUser, TProcedure["input"]>
  : TProcedure["input"];

/**
 * Carries calls to the server, again where that is safe and may help, and brings back results; everything else is thrown
 * as a ChatError.
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

/** What a transport needs to know of its client. */
export interface TransportOptions {
  identity: Identity;
  timeoutMs: number;
  bounds: RetryBounds;
}

// Who acts. Who is added or removed is named each time.
const actsAsUser: readonly string[] = [
  "messages.send",
  "conversations.page",
  "notes.send",
  "notes.page",
  "notes.get",
] satisfies (keyof Queries | keyof Mutations)[];

/** Makes the transport of one client. */
export function createTransport(
  requests: Requests,
  { identity, timeoutMs, bounds }: TransportOptions,
): Transport {
  const rpc = createRpc(requests);
  const inLane = createSendOrder();

  // What the server answers is taken at its word: that it is what the contract says.
  async function call<TOutput>(asked: Call, options: MutationOptions = {}): Promise<TOutput> {
    const { isRepeatable = true, doneCode, lane } = options;
    const timeMs = options.timeoutMs ?? timeoutMs;
    const limit = startLimit(timeMs, options.signal);
    // Half of the time for one try: the second one finds its own way when the first one's connection is dead.
    const tryMs = bounds.tries > 1 ? timeMs / 2 : timeMs;
    const { id } = asked.input as { id?: string };
    let filled: Call | undefined;

    async function attempt(onSend: () => void): Promise<unknown> {
      const tryLimit = startLimit(tryMs, limit.signal);
      try {
        // Filled in once, so that no repeat is another user's.
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
    // When no token is to be had, that shows before anything is sent.
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
