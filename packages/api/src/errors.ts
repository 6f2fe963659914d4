import { isStoreError, type StoreError, type StoreErrorCode } from "@chatnest/db";
import { TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { ZodError, type z } from "zod";

interface ErrorRow {
  /** HTTP status. */
  status: number;
  title: string;
  trpc: TRPC_ERROR_CODE_KEY;
}

/** Every error that a client can get: its code, HTTP status, title, and code in tRPC. */
export const errorTable = {
  bad_request: { status: 400, title: "Bad request", trpc: "BAD_REQUEST" },
  unauthorized: { status: 401, title: "Unauthorized", trpc: "UNAUTHORIZED" },
  forbidden: { status: 403, title: "Forbidden", trpc: "FORBIDDEN" },
  not_found: { status: 404, title: "Not found", trpc: "NOT_FOUND" },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    trpc: "METHOD_NOT_SUPPORTED",
  },
  conflict: { status: 409, title: "Conflict", trpc: "CONFLICT" },
  precondition_failed: {
    status: 412,
    title: "Precondition failed",
    trpc: "PRECONDITION_FAILED",
  },
  payload_too_large: { status: 413, title: "Payload too large", trpc: "PAYLOAD_TOO_LARGE" },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    trpc: "UNSUPPORTED_MEDIA_TYPE",
  },
  validation_failed: {
    status: 422,
    title: "Validation failed",
    trpc: "UNPROCESSABLE_CONTENT",
  },
  too_many_requests: { status: 429, title: "Too many requests", trpc: "TOO_MANY_REQUESTS" },
  internal: { status: 500, title: "Internal error", trpc: "INTERNAL_SERVER_ERROR" },
  unavailable: { status: 503, title: "Unavailable", trpc: "SERVICE_UNAVAILABLE" },
} as const satisfies Record<string, ErrorRow>;

/** The code of an error that a client can get. */
export type ErrorCode = keyof typeof errorTable;

/** One problem of an input. */
export interface InputIssue {
  /** The path of the field, with dots between the steps; empty for the whole input. */
  path: string;
  /** The kind of problem, as zod names it. */
  code: string;
  message: string;
}

/** A rate limit that a caller has reached. */
export interface ReachedLimit {
  /** The name of the limit: ASCII letters and `-`. */
  name: string;
  /** The number of calls allowed in a window. */
  quota: number;
  windowMs: number;
  /** The time until the next window, in ms. */
  retryAfterMs: number;
}

/** The details of an error. */
export interface ChatErrorDetails extends ErrorOptions {
  /** For `validation_failed`. */
  issues?: InputIssue[];
  /** For `too_many_requests`. */
  limit?: ReachedLimit;
  /** The id of an entry whose outcome is unknown. It is safe to repeat the call with this id. */
  id?: string;
}

/** An error that is shown to clients, with its text. */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly issues: InputIssue[] | undefined;
  readonly id: string | undefined;
  readonly limit: ReachedLimit | undefined;

  constructor(code: ErrorCode, message: string, details: ChatErrorDetails = {}) {
    super(message, details);
    this.name = "ChatError";
    this.code = code;
    this.issues = details.issues;
    this.id = details.id;
    this.limit = details.limit;
  }
}

const storeCodes: Record<StoreErrorCode, ErrorCode> = {
  conflict: "conflict",
  changed: "precondition_failed",
  not_found: "not_found",
  not_member: "not_found",
  invalid: "validation_failed",
  unavailable: "unavailable",
  closed: "unavailable",
  cannot_open: "unavailable",
};

/** Converts any error to one that a client may see. An unknown error becomes `internal`, without its text. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  if (error instanceof ZodError) return invalidInput(error);
  if (isStoreError(error)) return fromStore(error);
  if (error instanceof TRPCError) return fromTrpc(error);
  return new ChatError("internal", "something went wrong on our side", { cause: error });
}

/** Creates the error of a conversation that does not exist, or that the caller may not see: the answer is the same. */
export function noConversation(): ChatError {
  return new ChatError("not_found", noConversationText);
}

/** Creates the error of a position at which there is no message, or a deleted one. */
export function noMessage(): ChatError {
  return new ChatError("not_found", "there is no message at this position");
}

const noConversationText = "there is no such conversation";

function fromStore(error: StoreError): ChatError {
  const { code, field } = error;
  if (code !== "invalid" || field === undefined) {
    return new ChatError(storeCodes[code], toText(error), { cause: error });
  }
  const name = `${field}: `;
  const message = error.message.startsWith(name) ? error.message.slice(name.length) : error.message;
  return refuseInput([{ path: field, code: "invalid_value", message }], { cause: error });
}

function toText({ code, message }: StoreError): string {
  if (storeCodes[code] === "unavailable") return "the store is unavailable; try again";
  // The same text as for a conversation that does not exist.
  return code === "not_member" ? noConversationText : message;
}

/** Converts any error to one of tRPC, whose cause is the {@link ChatError}. */
export function toTrpcError(error: unknown): TRPCError {
  const cause = toChatError(error);
  return new TRPCError({ code: errorTable[cause.code].trpc, message: cause.message, cause });
}

// Further problems are counted but not listed, so that no response is larger than 4 KB.
const issuesBytesMax = 1_500;
const pathLengthMax = 64;

/** Makes the error `validation_failed` for an input. It lists the first problems and counts the rest. */
export function refuseInput(found: readonly InputIssue[], options: ErrorOptions = {}): ChatError {
  const issues = firstOf(found);
  const text = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  if (issues.length < found.length) text.push(`and ${found.length - issues.length} more`);
  return new ChatError("validation_failed", text.join("; "), { issues, ...options });
}

function firstOf(found: readonly InputIssue[]): InputIssue[] {
  let bytes = 0;
  const issues: InputIssue[] = [];
  for (const issue of found) {
    const listed = { ...issue, path: cutPath(issue.path) };
    bytes += Buffer.byteLength(JSON.stringify(listed));
    if (bytes > issuesBytesMax) break;
    issues.push(listed);
  }
  return issues;
}

// The name of an unknown field may be as long as the body.
function cutPath(path: string): string {
  if (path.length <= pathLengthMax) return path;
  const start = [...path.slice(0, 2 * pathLengthMax)].slice(0, pathLengthMax).join("");
  return start.length < path.length ? `${start}\u2026` : path;
}

/** Converts an error of zod. */
function invalidInput(error: ZodError): ChatError {
  return refuseInput(
    error.issues.flatMap((issue) => toIssues(issue)),
    { cause: error },
  );
}

/** Converts a problem that zod found. Each unknown field becomes a problem of its own. */
function toIssues(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): InputIssue[] {
  const { code, message } = issue;
  const steps = [...above, ...issue.path];
  if (code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      return { path: toPath([...steps, key]), code, message: "unknown field" };
    });
  }
  if (code === "invalid_union") {
    // Only what is wrong inside: the value has the form of this option.
    const inside = issue.errors.find((issues) => issues.some(({ path }) => path.length > 0));
    if (inside) return inside.flatMap((one) => toIssues(one, steps));
  }
  return [{ path: toPath(steps), code, message }];
}

function toPath(steps: readonly PropertyKey[]): string {
  return steps.map(String).join(".");
}

// An error of a procedure that tRPC wrapped, or one of tRPC itself, whose text may quote the input or the code.
function fromTrpc(error: TRPCError): ChatError {
  const { cause } = error;
  if (cause instanceof ChatError || isStoreError(cause)) return toChatError(cause);
  // With any other code the output is invalid, which is not the client's fault.
  if (cause instanceof ZodError && error.code === "BAD_REQUEST") return invalidInput(cause);
  switch (error.code) {
    case "NOT_FOUND":
      return new ChatError("not_found", "there is no such procedure", { cause: error });
    case "METHOD_NOT_SUPPORTED":
      return new ChatError("method_not_allowed", "wrong method for this procedure", {
        cause: error,
      });
    case "UNSUPPORTED_MEDIA_TYPE":
      return new ChatError("unsupported_media_type", "send JSON, and ask for JSON", {
        cause: error,
      });
    case "PAYLOAD_TOO_LARGE":
      return new ChatError("payload_too_large", "the body is too large", { cause: error });
    case "PARSE_ERROR":
    case "BAD_REQUEST":
      return new ChatError("bad_request", "the request cannot be read", { cause: error });
    default:
      return new ChatError("internal", "something went wrong on our side", { cause: error });
  }
}
