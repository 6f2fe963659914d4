/** The codes that a ChatNest server answers with. */
export type ServerErrorCode =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "precondition_failed"
  | "payload_too_large"
  | "unsupported_media_type"
  | "validation_failed"
  | "too_many_requests"
  | "internal"
  | "unavailable";

/**
 * What went wrong: a code of the server, or one of the client's own.
 *
 * - `unavailable`: the server, or a proxy in front of it, answered that it is temporarily unavailable.
 * - `unauthorized`: the token was refused; without a `status`, no token could be obtained.
 * - `network`: no complete answer arrived.
 * - `timeout`: the time limit of the call, or of its `AbortSignal.timeout()`, was reached.
 * - `aborted`: the signal of the call was aborted.
 * - `unexpected_answer`: the answer is not from ChatNest; usually the `url` is wrong.
 */
export type ChatErrorCode =
  | ServerErrorCode
  | "network"
  | "timeout"
  | "aborted"
  | "unexpected_answer";

/** A problem with an input. */
export interface InputIssue {
  /** Path of the field, separated by dots; empty for the whole input. */
  path: string;
  /** Kind of the problem: `too_small`, `invalid_type`, `unrecognized_keys`, ... */
  code: string;
  message: string;
}

/** The details of a {@link ChatError}. */
export interface ChatErrorDetails {
  status?: number | undefined;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  issues?: readonly InputIssue[] | undefined;
  id?: string | undefined;
  cause?: unknown;
}

// A page may load two copies of the client, and an error of one is not an `instanceof` the other's class.
const brand = Symbol.for("@chatnest/client/ChatError");

/** The only error that calls throw. {@link isChatError} tests for it, also across copies of the client. */
export class ChatError<TCode extends ChatErrorCode = ChatErrorCode> extends Error {
  override readonly name = "ChatError";
  readonly code: TCode;
  /** HTTP status; `undefined` when there was no answer. */
  readonly status: number | undefined;
  /** Identifies the request in the server's log. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait before the next attempt, in ms; `undefined` when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** Problems with the input; empty unless the code is `validation_failed`. */
  readonly issues: readonly InputIssue[];
  /**
   * Set when the call may have stored something under this `id`; repeating it with the same `id` is safe. A send that
   * fails without an `id` has stored nothing.
   */
  readonly id: string | undefined;

  constructor(code: TCode, message: string, details: ChatErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
    this.issues = details.issues ?? [];
    this.id = details.id;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Tells whether a thrown value is a {@link ChatError}, with a certain code if one is given.
 * @example
 * ```ts
 * try {
 *   await chat.conversations.get({ conversation_id: "tea" });
 * } catch (error) {
 *   if (!isChatError(error, "not_found")) throw error;
 * }
 * ```
 */
export function isChatError<TCode extends ChatErrorCode = ChatErrorCode>(
  error: unknown,
  code?: TCode,
): error is ChatError<TCode> {
  return isBranded(error) && (code === undefined || error.code === code);
}

function isBranded(error: unknown): error is ChatError {
  return typeof error === "object" && error !== null && brand in error;
}
