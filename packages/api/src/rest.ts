import type { z } from "zod";
import type { Caller } from "./caller.ts";
import type { ErrorCode } from "./errors.ts";
import type { ProcedureName } from "./rules.ts";

/** The result of a procedure as an HTTP response. */
export interface RestAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Absent: no body. */
  body?: unknown;
}

/** The query parameters of a request, as they were received. */
export type RestQuery = Record<string, string>;

/** A request header that becomes part of a procedure's input. */
export type RestHeader = {
  name: string;
  description: string;
  /** The valid values, as a pattern of JSON Schema. @default any */
  pattern?: string;
} & (
  | {
      /** The input field that gets its value. Nothing else in a request can set this field. */
      field: string;
      /**
       * Reads the value. By default, it is a number where the field is one, else the text.
       * @throws ChatError `validation_failed`.
       */
      read?(value: string): unknown;
    }
  | {
      /**
       * Adds its value to the input of a caller before the input is validated.
       * @throws ChatError `validation_failed`.
       */
      apply(input: Record<string, unknown>, value: string, caller: Caller): Record<string, unknown>;
    }
);

/**
 * How a procedure is called over REST. Path parameters and some headers are input fields; all other fields come from the body
 * or the query.
 */
export interface RestRoute {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path with parameters in braces. It is served with and without the trailing slash. */
  path: `/${string}`;
  tag: string;
  summary: string;
  /** More than the summary says, in Markdown. */
  description?: string;
  /** Whether the input is in the body, else in the query. @default `true` for POST, PUT and PATCH */
  hasBody?: boolean;
  /** Whether an empty body is the same as `{}`. @default `false` */
  isBodyOptional?: boolean;
  /**
   * Fields of the body, or query parameters where there is none, that select this procedure: at least one must be present.
   * Otherwise the one without `when` is called.
   */
  when?: readonly string[];
  /** The meaning of each successful status. Without `toRest` there is only one. */
  success: Readonly<Record<number, string>>;
  /** The schema of a successful body, streamed or not. `events`: server-sent events. `null`: no body. */
  body: z.ZodType | "events" | null;
  /** Its own errors, without those that any request can get. */
  errors?: readonly ErrorCode[];
  headers?: readonly RestHeader[];
  /**
   * The schema of the body, if it allows more fields than the procedure. The extra fields are dropped before the call.
   * @default the input of the procedure
   */
  takes?: z.ZodObject;
  /** Whether a success can have a `Link` header with the pages beside it. */
  hasLinks?: boolean;
  /** Converts the result to a response; must be pure. @default the successful status, with the result as the body */
  toRest?(result: unknown, query: RestQuery): RestAnswer;
}

/** The metadata of a procedure. */
export interface Meta {
  /** Its row in the table of rules. */
  name?: ProcedureName;
  rest?: RestRoute;
}

/** The pages beside a page, as changes to its query; `null` when there is none. */
export type Neighbours = Record<
  "prev" | "next",
  Record<string, string | number | undefined> | null
>;

const boundNames = ["before", "after", "cursor"];

/**
 * Writes links to the pages beside a page. They keep the other parameters of its query.
 * Query-only references (RFC 3986, section 4.2) in a `Link` header (RFC 8288).
 */
export function toLinkHeaders(neighbours: Neighbours, query: RestQuery): Record<string, string> {
  const links = Object.entries(neighbours).flatMap(([rel, bounds]) => {
    if (!bounds) return [];
    const params = new URLSearchParams(query);
    for (const name of boundNames) params.delete(name);
    for (const [name, value] of Object.entries(bounds)) {
      if (value !== undefined) params.set(name, String(value));
    }
    return [`<?${params}>; rel="${rel}"`];
  });
  return links.length > 0 ? { link: links.join(", ") } : {};
}
