import { type ErrorCode, errorTable } from "@chatnest/api";
import { bodyBytesMax, jsonDepthMax, jsonValuesMax } from "../../http/body.ts";
import { Problem } from "../problem.ts";
import type { SchemaWriter } from "./schemas.ts";

/** Any object of an OpenAPI document. */
export type OpenApiObject = Record<string, unknown>;

const descriptions: Record<ErrorCode, string> = {
  bad_request: "The URL or the body cannot be read: broken percent-encoding, no UTF-8, no JSON.",
  unauthorized: "Credentials are missing or wrong.",
  forbidden:
    "The caller may not do this: a user's token acts for its user alone, and without credentials only requests from this machine are trusted, by a loopback name and not through a proxy. An application that embeds the server can refuse by its rules and checks, too; `detail` says why.",
  not_found:
    "It does not exist. A conversation that the user of a token is not in is answered in the same way.",
  method_not_allowed: "The path has other methods; `Allow` names them.",
  conflict: "The id is taken by something else, or a message has as many reactions as it can.",
  precondition_failed: "The message was edited after the version that `If-Match` names.",
  payload_too_large: `The body is larger than ${bodyBytesMax / 1024} KiB.`,
  unsupported_media_type: "The body is not declared as `application/json`, or is compressed.",
  validation_failed: `A value, a field or a parameter is not as documented, or the body is nested more than ${jsonDepthMax} levels deep or has more than ${jsonValuesMax} fields and items; \`errors\` names each.`,
  too_many_requests: "The caller has reached a limit; `Retry-After` says when to try again.",
  internal: "Something went wrong on the server's side.",
  unavailable:
    "The store is away. Whether a write was stored is then unknown: repeating it with the `id` of the problem is safe.",
};

/** The headers that answers can have. */
export const headers = {
  "X-Request-Id": header("Names the request in the server's log; the client may choose it."),
  "Retry-After": header("Seconds to wait before trying again.", { type: "integer" }),
  "WWW-Authenticate": header("The credentials to send (RFC 6750): `Bearer`."),
  RateLimit: header("The limit that was reached, and how many seconds until it allows more."),
  "RateLimit-Policy": header("The limit: how many calls in how many seconds."),
  ETag: header("Names this state of the answer, for `If-None-Match`. Absent when all is streamed."),
  Link: header(
    'The pages beside this one (RFC 8288): `<?before=7>; rel="prev"`, `<?after=9>; rel="next"`. Absent when all is streamed.',
  ),
} as const;

/** The name of a header that answers can have. */
export type HeaderName = keyof typeof headers;

const ownHeaders: Partial<Record<ErrorCode, readonly HeaderName[]>> = {
  unauthorized: ["WWW-Authenticate"],
  too_many_requests: ["Retry-After", "RateLimit", "RateLimit-Policy"],
  unavailable: ["Retry-After"],
};

/** Points at headers. */
export function headersNamed(names: readonly HeaderName[]): OpenApiObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Points at the answers with some errors, by status. */
export function errorResponses(codes: readonly ErrorCode[]): OpenApiObject {
  return Object.fromEntries(
    codes.map((code) => [errorTable[code].status, { $ref: `#/components/responses/${code}` }]),
  );
}

/** Writes the answer with each of some errors, for `components.responses`. */
export function writeErrorResponses(
  codes: ReadonlySet<ErrorCode>,
  schemas: SchemaWriter,
): OpenApiObject {
  const schema = schemas.writeOutput(Problem);
  return Object.fromEntries(
    [...codes].map((code) => {
      const names: HeaderName[] = ["X-Request-Id", ...(ownHeaders[code] ?? [])];
      const content = { "application/problem+json": { schema, example: exampleProblem(code) } };
      return [code, { description: descriptions[code], headers: headersNamed(names), content }];
    }),
  );
}

function exampleProblem(code: ErrorCode): Problem {
  const { title, status } = errorTable[code];
  const request_id = "0d3e8a52-9f0c-4b0f-8f4e-5f0a3f8f6f11";
  const problem = { type: "about:blank", title, status, code, request_id } as const;
  if (code !== "validation_failed") return { ...problem, detail: descriptions[code] };
  const errors = [{ path: "title", code: "unrecognized_keys", message: "unknown field" }];
  return { ...problem, detail: "title: unknown field", errors };
}

function header(description: string, schema: OpenApiObject = { type: "string" }): OpenApiObject {
  return { description, schema };
}
