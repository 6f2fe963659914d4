import type { ServerResponse } from "node:http";
import { type ChatError, Following, toChatError } from "@chatnest/api";
import type { Context, Handler } from "hono";
import type { AppEnv } from "../../app-env.ts";
import type { BorderParts } from "../../border.ts";
import { plainResponseOf, webAnswerOf } from "../../http/ending.ts";
import { completeHeaders, respond } from "../../http/respond.ts";
import { markSent } from "../../http/sent.ts";
import { readTarget } from "../../http/target.ts";
import type { WebAnswer } from "../../http/web-answer.ts";
import { logFailure } from "../../log/request-log.ts";
import { readInput, readQuery } from "../input.ts";
import { chooseProcedure, type RestOperation } from "../routes.ts";
import { asksForAll } from "./asked-entries.ts";
import { EventChunks, type LiveFollowing } from "./event-chunks.ts";
import { beginStream, type EventStream, streamHeaders, toEventText, toRetryText } from "./sse.ts";
import { toRefusalText } from "./tell-unavailable.ts";
import { WebEventStream } from "./web-events.ts";

/** When to come back after a cut, in ms. */
const [cutFromMs, cutToMs] = [1_000, 5_000];

/** Serves what a procedure follows, as server-sent events. */
export function serveEvents(
  operation: RestOperation,
  { contextOf, heartbeat, logger }: BorderParts,
): Handler<AppEnv> {
  const chunks = new EventChunks();
  return async (c) => {
    const query = readQuery(readTarget(c.req.raw, c.env));
    const procedure = chooseProcedure(operation, query);
    const given = await readInput(c, procedure, query);
    const input = asksForAll(c.req.header("accept") ?? "") ? { entries: "all", ...given } : given;
    const response = plainResponseOf(c);
    const ending = response ?? webAnswerOf(c);
    const closed = new AbortController();
    ending.once("close", () => closed.abort());
    const following = await procedure.call(contextOf(c), input, closed.signal);
    if (!isFollowing(following)) throw new Error("the procedure follows nothing");
    // A HEAD asks for the headers alone: a stream that nobody reads would never end.
    if (c.req.method === "HEAD") {
      return respond(c, { status: 200, headers: streamHeaders, body: null });
    }
    if (ending.closed) return response ? markSent() : new Response(null, { status: 499 });
    const begun = response ? beginOnNode(c, response) : beginOnWeb(c, webAnswerOf(c));
    const { events } = begun;
    heartbeat.follow(ending, () => events.sayAlive());
    // The context of the request is not kept for as long as somebody follows.
    const requestId = c.get("requestId");
    void sendAll(events, following, chunks).catch((error) => {
      logFailure(logger, error, requestId);
      refuse(events, toChatError(error));
    });
    return begun.answer;
  };
}

/** A stream that has begun, and what the handler answers with. */
interface Begun {
  events: EventStream;
  answer: Response;
}

function beginOnNode(c: Context<AppEnv>, response: ServerResponse): Begun {
  return { events: beginStream(response, completeHeaders(c, {})), answer: markSent() };
}

function beginOnWeb(c: Context<AppEnv>, to: WebAnswer): Begun {
  const events = new WebEventStream(to);
  return { events, answer: respond(c, { status: 200, headers: streamHeaders, body: events.body }) };
}

async function sendAll(
  stream: EventStream,
  following: LiveFollowing,
  chunks: EventChunks,
): Promise<void> {
  const batches = following.batches();
  await stream.write(toRetryText(cutFromMs, cutToMs));
  for await (const news of batches) {
    const chunk = chunks.toChunk(following, news);
    const room = chunk.length > 0 ? stream.write(chunk) : undefined;
    if (room) await room;
  }
}

function isFollowing(value: unknown): value is LiveFollowing {
  return value instanceof Following;
}

function refuse(stream: EventStream, error: ChatError): void {
  const isExpired = error.code === "unauthorized";
  const text = isExpired ? toEventText({ event: "expired", data: {} }) : toRefusalText(error);
  void stream.write(text);
  stream.end();
}
