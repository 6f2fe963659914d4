import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { InboxConversation, UnreadTotals } from "@chatnest/client";
import { until } from "../support/until.ts";
import { type HttpServer, startHttp } from "./http.ts";
import { message, write } from "./wire.ts";

/** A server of one inbox that says only what a test has it say. */
export interface InboxScript extends HttpServer {
  rows: InboxConversation[];
  totals: UnreadTotals;
  /** The procedures that were called, with their input, and when, in ms. */
  calls: { path: string; input: Record<string, unknown>; at: number }[];
  /** Answers a call in place of the server; `undefined` leaves it to the server. */
  answer(path: string, response: ServerResponse): Promise<boolean> | boolean;
  /** Says something to all streams. */
  say(text: string): void;
  /** Ends all streams. */
  cut(): void;
  pagesAsked(): number;
  /** Waits until a stream is open, of which all heads are told. */
  connected(count?: number): Promise<void>;
}

const timestamp = "2026-01-01T00:00:00.000Z";

/** Makes a conversation of an inbox. */
export function row(id: string, fields: Partial<InboxConversation> = {}): InboxConversation {
  return {
    ...{ id, user_ids: ["ann", "bob"], messages: [], member_count: 2 },
    ...{ created_at: timestamp, last_activity_at: timestamp, last_seq: 0 },
    ...{ read_seq: 0, revision: 0, unread_count: 0, mention_count: 0 },
    ...{ muted_until: null, pinned: false, archived: false },
    ...fields,
  };
}

/** Writes a message of bob as a server tells it. */
export function said(id: string, seq: number, user_id = "bob"): string {
  return write("message", { ...message(id, seq), kind: "message", user_id });
}

/** Writes totals as a server tells them. */
export function unread(messages: number, conversations = messages > 0 ? 1 : 0): string {
  return write("unread", { conversations, messages, mentions: 0 });
}

/** Starts a server of the inbox of ann. */
export async function startInbox(): Promise<InboxScript> {
  const streams: ServerResponse[] = [];
  const script = {
    rows: [] as InboxConversation[],
    totals: { conversations: 0, messages: 0, mentions: 0 },
    calls: [] as InboxScript["calls"],
    answer: () => false,
    say: (text: string) => {
      for (const stream of streams) stream.write(text);
    },
    cut: () => {
      for (const stream of streams.splice(0)) stream.end();
    },
    pagesAsked: () => script.calls.filter(({ path }) => path === "conversations.page").length,
    connected: async (count = 1) => {
      await until(() => streams.length >= count, { timeoutMs: 15_000, what: "it is connected" });
    },
  } as unknown as InboxScript;
  const server = await startHttp((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://scripted");
    if (pathname.endsWith("/events")) return open(response);
    void call(request, response, { pathname, input: searchParams.get("input") });
  });

  function open(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(write("heads", { heads: [], complete: true }, "e-1") + unread(0));
    streams.push(response);
  }

  async function call(
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, input }: { pathname: string; input: string | null },
  ): Promise<void> {
    const path = pathname.slice("/trpc/".length);
    const given = JSON.parse(input ?? (await readBody(request)));
    script.calls.push({ path, input: given, at: performance.now() });
    if (await script.answer(path, response)) return;
    response.end(JSON.stringify({ result: { data: dataOf(path, given) } }));
  }

  function dataOf(path: string, input: Record<string, unknown>): object {
    if (path === "conversations.page") return { conversations: script.rows, next: null };
    if (path === "reads.totals") return script.totals;
    const { conversation_id, user_id, read_seq, revision = 0 } = input;
    return { conversation_id, user_id, read_seq, revision, unread_count: 0, mention_count: 0 };
  }

  return Object.assign(script, server);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(request, "end");
  return text;
}
