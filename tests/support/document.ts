import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";

type JsonObject = Record<string, unknown>;

interface Described {
  headers?: Record<string, unknown>;
  content?: Record<string, unknown>;
}

/** What is known of an answer when it is held against the document. */
export interface Exchange {
  method: string;
  path: string;
  response: Response;
  /** The body; of JSON, parsed. */
  body: unknown;
}

/** Holds answers against an OpenAPI document: path, method, status, headers and body have to be in it. */
export class DocumentCheck {
  readonly #document: JsonObject;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: JsonObject) {
    // Closed, so that a field which is not documented is found.
    this.#document = close(document) as JsonObject;
    this.#ajv.addSchema(this.#document, "openapi", undefined, false);
  }

  /** Fails when the document does not say that this can be answered. */
  check({ method, path, response, body }: Exchange): void {
    const told = `${method} ${path} ${response.status}`;
    expect(response.headers.get("x-request-id"), told).toBeTruthy();
    if (response.status === 405) expect(response.headers.get("allow"), told).toBeTruthy();
    if (method === "OPTIONS" && response.status === 204) {
      expect(response.headers.get("allow"), told).toBeTruthy();
      return;
    }
    const pointer = this.#find(method, path, response.status);
    if (!pointer) {
      // What the document says of every path at once.
      expect([404, 405], `${told} is not in the document`).toContain(response.status);
      if (method !== "HEAD") this.#checkBody("/components/schemas/Problem", body, told);
      return;
    }
    const described = this.#read(pointer) as Described;
    const type = response.headers.get("content-type");
    for (const name of ["etag", "link", "retry-after"]) {
      const names = Object.keys(described.headers ?? {}).map((header) => header.toLowerCase());
      if (response.headers.has(name)) expect(names, `${told} has ${name}`).toContain(name);
    }
    expect(type, `${told} has a body of another type`).toBe(
      Object.keys(described.content ?? {})[0] ?? null,
    );
    if (type === null || method === "HEAD") return;
    this.#checkBody(`${pointer}/content/${escapeStep(type)}/schema`, body, told);
  }

  #checkBody(pointer: string, body: unknown, told: string): void {
    const validate =
      this.#validators.get(pointer) ?? this.#ajv.compile({ $ref: `openapi#${pointer}` });
    this.#validators.set(pointer, validate);
    validate(body);
    expect(validate.errors ?? [], `${told} ${JSON.stringify(body)}`).toEqual([]);
  }

  // The place of an answer; none when the path or the method is not in the document.
  #find(method: string, path: string, status: number): string | undefined {
    const [bare = ""] = path.split("?");
    const paths = this.#document["paths"] as Record<
      string,
      Record<string, { responses: JsonObject }>
    >;
    const template = Object.keys(paths)
      .sort((a, b) => a.split("{").length - b.split("{").length)
      .find((candidate) => {
        const pattern = candidate.replace(/\/$/, "").replaceAll(/\{\w+\}/g, "[^/]+");
        const name = method === "HEAD" ? "get" : method.toLowerCase();
        return new RegExp(`^${pattern}/?$`).test(bare) && paths[candidate]?.[name];
      });
    if (template === undefined) return undefined;
    const name = method === "HEAD" ? "get" : method.toLowerCase();
    const found = paths[template]?.[name]?.responses[status] as { $ref?: string } | undefined;
    if (!found) return undefined;
    return found.$ref?.slice(1) ?? `/paths/${escapeStep(template)}/${name}/responses/${status}`;
  }

  #read(pointer: string): unknown {
    const steps = pointer.split("/").slice(1);
    return steps.reduce<unknown>(
      (at, step) => (at as JsonObject)[step.replaceAll("~1", "/").replaceAll("~0", "~")],
      this.#document,
    );
  }
}

function escapeStep(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, close(part)]);
  const closed = Object.fromEntries(entries) as JsonObject;
  return closed["type"] === "object" && closed["properties"]
    ? { ...closed, additionalProperties: false }
    : closed;
}
