import {
  ChatError,
  FollowConversationInput,
  FollowUserInput,
  type Position,
  readPosition,
  toChatError,
} from "@chatnest/api";
import type { Context, Hono } from "hono";
import type { AppDeps } from "../app-deps.ts";
import type { AppEnv } from "../app-env.ts";
import { bothForms } from "../paths.ts";
import { logFailure } from "../request-log.ts";
import { markSent } from "../sent.ts";
import { readTarget } from "../target.ts";
import { toConversationChunk, toUserChunk } from "./event-chunks.ts";
import { joinInput, readQuery } from "./input.ts";
import { type EventStream, EventStreams, toEventText, toRetryText } from "./sse.ts";

type Send = (events: EventStream, signal: AbortSignal) => Promise<void>;

/** How many streams one process has at a time. */
const streamsMax = 8_000;

/** When to come back after a cut, and after a refusal, in ms. */
const [cutFromMs, cutToMs] = [1_000, 5_000];
const [refusedFromMs, refusedToMs] = [2_000, 15_000];

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // Told to nginx and its like: hand on what comes as it comes.
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
};

// What tRPC adds by itself is a header here.
const ConversationInput = FollowConversationInput.omit({ lastEventId: true });
const UserInput = FollowUserInput.omit({ lastEventId: true });

/** Serves what happens in a conversation, and in all conversations of a user. */
export function serveLive(app: Hono<AppEnv>, deps: AppDeps): void {
  const streams = new EventStreams();
  const { live } = deps;

  app.on("GET", bothForms("/messages/:conversation_id/events"), (c) => {
    const { conversation_id, after } = ConversationInput.parse(readInput(c));
    const place = readPlace(c) ?? (after === undefined ? undefined : readPosition(after));
    const input = { conversation_id, ...(place && { after: place }) };
    return stream(c, (events, signal) =>
      sendAll(events, live.followConversation(input, signal), (news) =>
        toConversationChunk(conversation_id, news),
      ),
    );
  });

  app.on("GET", bothForms("/users/:user_id/events"), (c) => {
    const { user_id } = UserInput.parse(readInput(c));
    const since = readPlace(c);
    const input = { user_id, ...(since && { since }) };
    return stream(c, (events, signal) =>
      sendAll(events, live.followUser(input, signal), (news) => toUserChunk(user_id, news)),
    );
  });

  function stream(c: Context<AppEnv>, send: Send): Response {
    // A HEAD asks for the headers alone: a stream that nobody reads would never end.
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    const response = c.env?.outgoing;
    if (!response) throw new Error("events are written to Node's own response");
    response.writeHead(200, { ...Object.fromEntries(c.res.headers), ...headers });
    const closed = new AbortController();
    response.once("close", () => closed.abort());
    const events = streams.begin(response);
    const sending = streams.size > streamsMax ? refuseMore() : send(events, closed.signal);
    void sending.catch((error) => {
      logFailure(deps.logger, error, c.get("requestId"));
      refuse(events, toChatError(error));
    });
    return markSent(c);
  }
}

async function sendAll<TNews>(
  stream: EventStream,
  following: AsyncIterable<TNews>,
  toChunk: (news: TNews) => string | Buffer,
): Promise<void> {
  await stream.write(toRetryText(cutFromMs, cutToMs));
  for await (const news of following) {
    const room = stream.write(toChunk(news));
    if (room) await room;
  }
}

async function refuseMore(): Promise<never> {
  throw new ChatError("unavailable", "too many streams at a time; come back later");
}

// A browser gives up for good on any status but 200, so what will pass is told as an event.
function refuse(stream: EventStream, { code, message }: ChatError): void {
  void stream.write(toRetryText(refusedFromMs, refusedToMs));
  void stream.write(toEventText({ event: "unavailable", data: { code, detail: message } }));
  stream.end();
}

function readInput(c: Context<AppEnv>): Record<string, unknown> {
  return joinInput(c.req.param(), readQuery(readTarget(c.req.raw, c.env)));
}

// What a client says when it comes back by itself stands above what its URL has said since the beginning.
function readPlace(c: Context<AppEnv>): Position | "unreadable" | undefined {
  const id = c.req.header("last-event-id");
  return id === undefined ? undefined : (readPosition(id) ?? "unreadable");
}
