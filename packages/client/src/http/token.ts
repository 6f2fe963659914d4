import { ChatError, isChatError } from "../errors.ts";

/**
 * A user token or a server key, of visible ASCII characters without spaces; or a function that returns one. The
 * function is called again when the server refuses its token, and when it fails or returns something else. It throws a
 * ChatError to say that there is no token.
 */
export type Token = string | (() => string | Promise<string>);

/** Keeps a token until it is refused. */
export interface TokenKeeper {
  /** Returns the current token. The function is called once, however many requests wait for it. */
  current(): Promise<string>;
  /** Returns the token that replaces a refused one; `undefined` when there can be no other. */
  after(refused: Promise<string>): Promise<string> | undefined;
}

/** How long to wait for the function before it is called again, in ms. */
const askMsMax = 30_000;
const rule = "a token must consist of visible ASCII characters without spaces";

/**
 * Keeps a given token, or calls the function when a token is needed.
 * @throws ChatError `bad_request` when the given token cannot be sent in a header.
 */
export function keepToken(token: Token): TokenKeeper {
  if (typeof token === "string") {
    if (!isToken(token)) throw new ChatError("bad_request", rule);
    const only = Promise.resolve(token);
    return { current: () => only, after: () => undefined };
  }
  const askFor = token;
  let kept: Promise<string> | undefined;
  /** When the pending call of the function began; `undefined` when none is pending. */
  let askedAt: number | undefined;

  function current(): Promise<string> {
    // A call that never settles, as after a sleep of the machine, must not block all later requests.
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
    // Several requests may be refused with the same token: the first one gets a new token, the others wait for it.
    after(refused) {
      forget(refused);
      return current();
    },
  };
}

// A value that cannot be sent, such as the page of a login portal, would never be refused and so be kept for ever.
function toToken(answer: unknown): string {
  if (isToken(answer)) return answer;
  throw new TypeError(rule);
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

function failWith(cause: unknown): never {
  if (isChatError(cause)) throw cause;
  throw new ChatError("unauthorized", "could not get a token", { cause });
}
