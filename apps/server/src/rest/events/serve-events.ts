import {
  type ChatError,
  FollowConversationInput,
  FollowUserInput,
  type Position,
  readPosition,
  toChatError,
} from "@chatnest/api";
import type { Context, Hono } from "hono";
import type { AppDeps } from "../../app-deps.ts";
import type { AppEnv } from "../../app-env.ts";
import { bothForms } from "../../http/paths.ts";
import { markSent } from "../../http/sent.ts";
import type { Streams } from "../../http/stream-slots.ts";
import { readTarget } from "../../http/target.ts";
import { logFailure } from "../../log/request-log.ts";
import { joinInput, readQuery } from "../input.ts";
import { toConversationChunk, toUserChunk } from "./event-chunks.ts";
import { beginStream, type EventStream, streamHeaders, toEventText, toRetryText } from "./sse.ts";

type Send = (events: EventStream, signal: AbortSignal) => Promise<void>;

/** When to come back after a cut, and after a refusal, in ms. */
const [cutFromMs, cutToMs] = [1_000, 5_000];
const [refusedFromMs, refusedToMs] = [2_000, 15_000];

// What tRPC adds by itself is a header here.
const ConversationInput = FollowConversationInput.omit({ lastEventId: true });
const UserInput = FollowUserInput.omit({ lastEventId: true });

/** Serves what happens in a conversation, and in all conversations of a user. */
export function serveLive(app: Hono<AppEnv>, deps: AppDeps, { slots, heartbeat }: Streams): void {
  const { live } = deps;

  app.on("GET", bothForms("/messages/:conversation_id/events"), (c) => {
    const { conversation_id, after } = ConversationInput.parse(readInput(c));
    const place = readPlace(c) ?? (after === undefined ? undefined : readPosition(after));
    const input = { conversation_id, ...(place && { after: place }) };
    return stream(c, undefined, (events, signal) =>
      sendAll(events, live.followConversation(input, signal), (news) =>
        toConversationChunk(conversation_id, news),
      ),
    );
  });

  app.on("GET", bothForms("/users/:user_id/events"), (c) => {
    const { user_id } = UserInput.parse(readInput(c));
    const since = readPlace(c);
    const input = { user_id, ...(since && { since }) };
    return stream(c, user_id, (events, signal) =>
      sendAll(events, live.followUser(input, signal), (news) => toUserChunk(user_id, news)),
    );
  });

  function stream(c: Context<AppEnv>, userId: string | undefined, send: Send): Response {
    // A HEAD asks for the headers alone: a stream that nobody reads would never end.
    if (c.req.method === "HEAD") return c.body(null, 200, streamHeaders);
    const response = c.env?.outgoing;
    if (!response) throw new Error("events are written to Node's own response");
    const closed = new AbortController();
    response.once("close", () => closed.abort());
    const events = beginStream(response, headersOf(c));
    heartbeat.follow(response, () => events.sayAlive());
    const run = async () => {
      response.once("close", slots.take(userId));
      await send(events, closed.signal);
    };
    void run().catch((error) => {
      logFailure(deps.logger, error, c.get("requestId"));
      refuse(events, toChatError(error));
    });
    return markSent(c);
  }
}

// What is set later is too late for a head that is written now.
function headersOf(c: Context<AppEnv>): Record<string, string> {
  const vary = c.req.header("origin") === undefined ? {} : { vary: "Origin" };
  return { ...Object.fromEntries(c.res.headers), ...vary };
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
