import { appRouter, type ErrorCode } from "@chatnest/api";
import { version } from "../../version.ts";
import { readOperations } from "../routes.ts";
import { errorCodesOf, writeOperation } from "./operations.ts";
import {
  errorResponses,
  headers,
  headersNamed,
  type OpenApiObject,
  writeErrorResponses,
} from "./responses.ts";
import { createSchemaWriter } from "./schemas.ts";

const description = `Stores and delivers chat: messages, their timestamps, conversation history.

Every path answers with and without its trailing slash. \`HEAD\` gives the headers of \`GET\`, \`OPTIONS\` is 204 with \`Allow\`,
any other method is 405 with \`Allow\`, any other path 404; errors are \`application/problem+json\` (RFC 9457).

A request that is no HTTP, too slow, or expects what there is not gets Node's bare 400, 408, 417 or 431 instead.

Ids in a path are percent-encoded once. A write takes the documented fields: \`null\` in an optional field counts as leaving it out, except where the field says what it does. Read-only fields are ignored, any other field is refused. A body is JSON of at most 256 KiB.`;

const tags = [
  { name: "messages", description: "What is said in conversations: one ordered log for each." },
  { name: "conversations", description: "Conversations, who is in them, and each user's inbox." },
  { name: "reads", description: "How far members have read, and what is new to them." },
  { name: "notes", description: "Messages without a conversation: one ordered log for each user." },
  { name: "health", description: "What probes ask." },
];

/** Makes the OpenAPI 3.1 document of what REST shows, from the same schemas and routes that serve it. */
export function createOpenApiDocument(basePath = ""): OpenApiObject {
  const operations = readOperations(appRouter);
  const schemas = createSchemaWriter();
  const paths: Record<string, OpenApiObject> = {};
  for (const operation of operations) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method.toLowerCase()]: writeOperation(operation, schemas) };
  }
  const codes = new Set(operations.flatMap(errorCodesOf));
  const responses = writeErrorResponses(codes, schemas);
  return {
    openapi: "3.1.0",
    info: { title: "ChatNest", version, description, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: basePath || "/", description: "This server" }],
    tags,
    // Without credentials where the server has none configured.
    security: [{ bearer: [] }, {}],
    paths: { ...paths, ...probes },
    components: { schemas: schemas.named, responses, headers, securitySchemes },
  };
}

const securitySchemes = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "A server key, which acts for any user, or a user's token (JWT).",
  },
};

const probes = {
  "/livez": { get: writeProbe("livez", "Is the process up?") },
  "/readyz": {
    get: writeProbe(
      "readyz",
      "Can it do its work? 503 while it shuts down, or without its store; degraded while the live feed lags.",
      ["unavailable"],
    ),
  },
};

function writeProbe(operationId: string, summary: string, codes: ErrorCode[] = []): OpenApiObject {
  const properties = { status: { type: "string", enum: ["live", "ready", "degraded"] } };
  const schema = { type: "object", properties, required: ["status"] };
  const yes = {
    description: "Yes",
    headers: headersNamed(["X-Request-Id"]),
    content: { "application/json": { schema } },
  };
  return {
    operationId,
    tags: ["health"],
    summary,
    // Answered without credentials.
    security: [],
    responses: { 200: yes, ...errorResponses(["bad_request", "internal", ...codes]) },
  };
}
