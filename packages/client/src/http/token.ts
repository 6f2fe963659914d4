import { ChatError, isChatError } from "../errors.ts";

/**
 * A token of a user, or a key of a server: visible ASCII characters, no spaces; or a function that gets one, which is
 * called again when the server refuses the one before. It throws a ChatError to say that there is none to be had; after
 * any other error, or when it gives anything else, it is asked again.
 */
export type Token = string | (() => string | Promise<string>);

/** Keeps a token until it is refused. */
export interface TokenKeeper {
  /** The present token; asked for once, however many wait for it. */
  current(): Promise<string>;
  /** The token after one that was refused; `undefined` when there can be no other. */
  after(refused: Promise<string>): Promise<string> | undefined;
}

/** How long an answer is waited for before the token is asked for again, in ms. */
const askMsMax = 30_000;
const rule = "a token is visible ASCII characters, without spaces";

/**
 * Keeps a token that is given, or asks for it when it is needed.
 * @throws ChatError `bad_request` when no header can carry the one that is given.
 */
export function keepToken(token: Token): TokenKeeper {
  if (typeof token === "string") {
    if (!isToken(token)) throw new ChatError("bad_request", rule);
    const only = Promise.resolve(token);
    return { current: () => only, after: () => undefined };
  }
  const askFor = token;
  let kept: Promise<string> | undefined;
  /** When the token was asked for that is waited for. */
  let askedAt: number | undefined;

  function current(): Promise<string> {
    // Whoever never answers, as after a sleep, is not waited for by all that comes.
    const isLost = askedAt !== undefined && Math.abs(Date.now() - askedAt) > askMsMax;
    if (isLost) kept = undefined;
    kept ??= ask();
    return kept;
  }

  function ask(): Promise<string> {
    askedAt = Date.now();
    const asked = Promise.resolve().then(askFor).then(toToken).catch(failWith);
    // A failure is not kept, so the next request asks again.
    asked.then(
      () => {
        if (kept === asked) askedAt = undefined;
      },
      () => forget(asked),
    );
    return asked;
  }

  function forget(asked: Promise<string>): void {
    if (kept === asked) kept = undefined;
  }

  return {
    current,
    // Several requests may be refused with the same token: the first of them asks, and the others wait with it.
    after(refused) {
      forget(refused);
      return current();
    },
  };
}

// The page of a portal, say, would never be sent, so never be refused, and be kept for good.
function toToken(answer: unknown): string {
  if (isToken(answer)) return answer;
  throw new TypeError(rule);
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

function failWith(cause: unknown): never {
  if (isChatError(cause)) throw cause;
  throw new ChatError("unauthorized", "the token could not be had", { cause });
}
