import type { z } from "zod";
import type { Caller } from "./caller.ts";
import type { ErrorCode } from "./errors.ts";
import type { ProcedureName } from "./rules.ts";

/** What a procedure's result looks like in REST. */
export interface RestAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Absent: no body. */
  body?: unknown;
}

/** The query parameters of a request, as they came. */
export type RestQuery = Record<string, string>;

/** A request header that takes part in a procedure's input. */
export type RestHeader = {
  name: string;
  description: string;
  /** The values it takes, as a pattern of JSON Schema. @default any */
  pattern?: string;
} & (
  | {
      /** The input field that gets its value, and that nothing else of a request can give. */
      field: string;
    }
  | {
      /**
       * Puts its value into the input of a caller as it came, before it is validated.
       * @throws ChatError
       */
      apply(input: Record<string, unknown>, value: string, caller: Caller): Record<string, unknown>;
    }
);

/** How REST shows a procedure. Parameters of the path are input fields, as are some headers; the rest is the body, or the query. */
export interface RestRoute {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As documented, parameters in braces; it answers with and without the trailing slash. */
  path: `/${string}`;
  tag: string;
  summary: string;
  /** What there is to say beside the summary, in Markdown. */
  description?: string;
  /** Whether the input comes in a body; else in the query. @default for POST, PUT and PATCH */
  hasBody?: boolean;
  /** Query parameters of which one at least must be given for this procedure; the one without answers else. */
  when?: readonly string[];
  /** What each status of success means. Without `toRest` there is one. */
  success: Readonly<Record<number, string>>;
  /** The schema of the body of a success, streamed or not; `events`: server-sent events; `null`: no body. */
  body: z.ZodType | "events" | null;
  /** The errors of its own; those that any request can get are not repeated here. */
  errors?: readonly ErrorCode[];
  headers?: readonly RestHeader[];
  /**
   * The body, where REST accepts more than the procedure takes: fields that its input does not have are dropped before it is
   * called. @default the input of the procedure
   */
  takes?: z.ZodObject;
  /** Whether a success can carry a `Link` header to the neighbouring pages. */
  hasLinks?: boolean;
  /** Pure. @default the status of success, the result as the body */
  toRest?(result: unknown, query: RestQuery): RestAnswer;
}

/** The meta of a procedure. */
export interface Meta {
  /** Its row in the table of rules. */
  name?: ProcedureName;
  rest?: RestRoute;
}

/** Where the pages beside a page are: what to change in its query; `null` when there is none. */
export type Neighbours = Record<
  "prev" | "next",
  Record<string, string | number | undefined> | null
>;

const boundNames = ["before", "after", "cursor"];

/**
 * Writes the links to the pages beside a page, with the other parameters of its own query.
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
