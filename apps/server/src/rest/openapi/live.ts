import { type ErrorCode, FollowConversationInput, FollowUserInput } from "@chatnest/api";
import { writeParameter } from "./parameters.ts";
import { errorResponses, headersNamed, type OpenApiObject } from "./responses.ts";
import { createSchemaWriter } from "./schemas.ts";

const ids = {
  conversation_id: FollowConversationInput.shape.conversation_id,
  user_id: FollowUserInput.shape.user_id,
};
// What passes is told as an event, since a browser gives up on any status but 200.
const codes: ErrorCode[] = ["bad_request", "forbidden", "validation_failed", "internal"];

const ends = `- \`unavailable\` \`{code, detail}\`: the stream ends; come back after \`retry\`.

A comment line every 15 seconds says that the stream is alive.`;

const ofConversation = `Events, as they happen:

- \`ready\` \`{conversation_id, last_seq}\`: the first; its id is where the stream begins.
- \`message\`, a Message: each once, in order; its id is where to begin again.
- \`reset\` \`{conversation_id, last_seq}\`: the place was of another epoch (a restored backup), or none; the stream goes on from here.
${ends}

It begins behind \`Last-Event-ID\`, else behind \`after\`, else now. A conversation that nobody used yet is silent.`;

const ofUser = `Events of all conversations of a user, over one connection:

- \`heads\` \`{heads: [{conversation_id, last_seq}], complete}\`: where the conversations end, at most 500 an event. The last one says \`complete\`; its id is a watermark: come back with it as \`Last-Event-ID\`, and only the heads that were active since are told. One that was joined since then has a \`joined_seq\`, too: what is behind it was said since.
- \`message\`, a Message: in each conversation once and in order, right behind its head.
- \`joined\`, \`left\` \`{conversation_id, user_id, last_seq}\`; who comes back with a watermark is first told \`left\` of what was left since.
- \`reset\` \`{conversation_id: null, last_seq: 0}\`: the watermark was of another epoch; all heads follow.
${ends}`;

const lastEventId = {
  name: "Last-Event-ID",
  in: "header",
  description: "The id of the newest event that was received; browsers send it by themselves.",
  schema: { type: "string" },
};

/** The paths of what happens, as it happens. */
export const livePaths: Record<string, OpenApiObject> = {
  "/messages/{conversation_id}/events": {
    get: writeStream("live.conversation", "Follow a conversation", {
      description: ofConversation,
      tag: "messages",
      parameters: [
        pathParameter("conversation_id"),
        {
          name: "after",
          in: "query",
          description: "Begin behind this place: a `seq`, or `<epoch>-<seq>` as events carry it.",
          schema: { type: "string", maxLength: 64 },
          example: "41",
        },
        lastEventId,
      ],
    }),
  },
  "/users/{user_id}/events": {
    get: writeStream("live.user", "Follow all conversations of a user", {
      description: ofUser,
      tag: "conversations",
      parameters: [pathParameter("user_id"), lastEventId],
    }),
  },
};

interface StreamParts {
  description: string;
  tag: string;
  parameters: OpenApiObject[];
}

function writeStream(
  operationId: string,
  summary: string,
  { description, tag, parameters }: StreamParts,
): OpenApiObject {
  const stream = {
    description: "Server-sent events",
    headers: headersNamed(["X-Request-Id"]),
    content: { "text/event-stream": { schema: { type: "string" } } },
  };
  const responses = { 200: stream, ...errorResponses(codes) };
  return { operationId, tags: [tag], summary, description, parameters, responses };
}

function pathParameter(name: keyof typeof ids): OpenApiObject {
  const field = createSchemaWriter().writeInput(ids[name]);
  return { in: "path", required: true, ...writeParameter(name, field) };
}
