import { ChatError, type ChatErrorCode, type InputIssue, type ServerErrorCode } from "../errors.ts";
import type { ResponseLike } from "../platform.ts";

const serverCodes: Record<ServerErrorCode, true> = {
  bad_request: true,
  unauthorized: true,
  forbidden: true,
  not_found: true,
  method_not_allowed: true,
  conflict: true,
  precondition_failed: true,
  payload_too_large: true,
  unsupported_media_type: true,
  validation_failed: true,
  too_many_requests: true,
  internal: true,
  unavailable: true,
};

// What a gateway answers when the server behind it, or the connection to it, is down or busy: RFC 9110, sections 15.5.9
// and 15.6, and RFC 6585, section 4.
const gatewayCodes: Record<number, ServerErrorCode> = {
  408: "unavailable",
  429: "too_many_requests",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

/** A failure as ChatNest describes it, over tRPC or in a problem document. */
interface Failure {
  message: string;
  code: string;
  details: Record<string, unknown>;
}

/**
 * Reads the answer to a call and returns its value; `isSomething` says whether it has one.
 * @throws ChatError with the server's code; `network` when the answer is cut off; `unavailable` or `unexpected_answer`
 * when it is not ChatNest's.
 */
export async function readAnswer(response: ResponseLike, isSomething: boolean): Promise<unknown> {
  const body = parseJson(await readText(response));
  const result = isObject(body) ? body["result"] : undefined;
  if (isObject(result) && isObject(result["data"]) === isSomething) {
    return result["data"];
  }
  throw toAnswerError(response, findFailure(body));
}

/** Reads why a request was refused: from the body, or from the status when the body is not ChatNest's. */
export async function readProblem(response: ResponseLike): Promise<ChatError> {
  return toAnswerError(response, findFailure(parseJson(await readText(response))));
}

async function readText(response: ResponseLike): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new ChatError("network", "the answer was cut off", { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// tRPC answers `{ error: { message, data } }`; a request refused before tRPC may be answered with an RFC 9457 document.
function findFailure(body: unknown): Failure | undefined {
  if (!isObject(body)) return undefined;
  const error = isObject(body["error"]) ? body["error"] : {};
  const details = isObject(error["data"]) ? error["data"] : body;
  const message = error["message"] ?? body["detail"];
  const code = details["code"];
  return typeof message === "string" && typeof code === "string"
    ? { message, code, details }
    : undefined;
}

function toAnswerError({ status, headers }: ResponseLike, failure: Failure | undefined): ChatError {
  const requestId =
    textOf(failure?.details["request_id"]) ?? headers.get("x-request-id") ?? undefined;
  const facts = { status, requestId, retryAfterMs: readRetryAfter(headers) };
  if (!failure) {
    const type = headers.get("content-type") ?? "without a content type";
    const text = `${status} ${type} is not an answer from ChatNest; check the url`;
    return new ChatError(codeOfStatus(status), text, facts);
  }
  const { message, code, details } = failure;
  return new ChatError(isServerCode(code) ? code : codeOfStatus(status), message, {
    ...facts,
    issues: Array.isArray(details["errors"]) ? details["errors"].filter(isIssue) : [],
    id: textOf(details["id"]),
  });
}

function codeOfStatus(status: number): ChatErrorCode {
  return gatewayCodes[status] ?? "unexpected_answer";
}

// Seconds, or a date by the server's clock, which its `Date` header shows: RFC 9110, section 10.2.3.
function readRetryAfter(headers: ResponseLike["headers"]): number | undefined {
  const text = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  if (!text.endsWith("GMT")) return undefined;
  const now = Date.parse(headers.get("date") ?? "") || Date.now();
  const waitMs = Date.parse(text) - now;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

function isServerCode(code: string): code is ServerErrorCode {
  return Object.hasOwn(serverCodes, code);
}

function isIssue(value: unknown): value is InputIssue {
  return (
    isObject(value) &&
    ["path", "code", "message"].every((field) => typeof value[field] === "string")
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
