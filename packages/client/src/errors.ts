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
  | "internal"
  | "unavailable";

/**
 * What went wrong: a code of the server, or one of the client's own.
 *
 * - `unavailable`: ChatNest is away for now; its own answer, or that of a proxy before it.
 * - `network`: no whole answer came.
 * - `timeout`, `aborted`: the call's signal ended it, the first one by `AbortSignal.timeout()`.
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
  issues?: readonly InputIssue[] | undefined;
  id?: string | undefined;
  cause?: unknown;
}

/** The one error that every call throws. */
export class ChatError<TCode extends ChatErrorCode = ChatErrorCode> extends Error {
  override readonly name = "ChatError";
  readonly code: TCode;
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;
  /** What is wrong with the input; empty unless `validation_failed`. */
  readonly issues: readonly InputIssue[];
  /** Set when a send may have been stored or not: sending again with this `id` is safe. */
  readonly id: string | undefined;

  constructor(code: TCode, message: string, details: ChatErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.issues = details.issues ?? [];
    this.id = details.id;
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
  return error instanceof ChatError && (code === undefined || error.code === code);
}
