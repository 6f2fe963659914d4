/** The codes that a ChatNest server answers with. */
export type ServerErrorCode =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "validation_failed"
  | "too_many_requests"
  | "internal"
  | "unavailable";

/**
 * What went wrong: a code of the server, or one of the client's own.
 *
 * - `unavailable`: ChatNest is away for now; its own answer, or that of a proxy before it.
 * - `unauthorized`: the token was refused; without a `status`, it could not be had.
 * - `network`: no whole answer came.
 * - `timeout`: the call's time was over, or its signal was of `AbortSignal.timeout()`.
 * - `aborted`: its signal ended it.
 * - `unexpected_answer`: something answered, but nothing that this client knows: mostly a wrong `url`.
 */
export type ChatErrorCode =
  | ServerErrorCode
  | "network"
  | "timeout"
  | "aborted"
  | "unexpected_answer";

/** One thing that is wrong with an input. */
export interface InputIssue {
  /** Where it is, dots between the steps; empty for the whole input. */
  path: string;
  /** What kind of thing it is: `too_small`, `invalid_type`, `unrecognized_keys`, ... */
  code: string;
  message: string;
}

/** What a {@link ChatError} knows beside its code and its text. */
export interface ChatErrorDetails {
  status?: number | undefined;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  issues?: readonly InputIssue[] | undefined;
  id?: string | undefined;
  cause?: unknown;
}

// A page may hold two copies of the client, and the errors of one are not `instanceof` the class of the other.
const brand = Symbol.for("@chatnest/client/ChatError");

/** The one error that every call throws. Tell it by {@link isChatError}, which knows those of other copies of the client. */
export class ChatError<TCode extends ChatErrorCode = ChatErrorCode> extends Error {
  override readonly name = "ChatError";
  readonly code: TCode;
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait before another try; `undefined` when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** What is wrong with the input; empty unless `validation_failed`. */
  readonly issues: readonly InputIssue[];
  /**
   * Set when what the call was to store under this `id` may be stored or not; to repeat it with the `id` is safe. A send
   * that failed without it is known not to be stored.
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
 * Says whether something thrown is a {@link ChatError}, of a certain code if one is given.
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
