import { createLive } from "@chatnest/api";
import { conversationStream, type Entry, openSqliteStore, readHead, toMessage } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { edit, erase, react } from "../support/changes.ts";
import { say } from "../support/live.ts";
import { pathOf, type RestServer, startRest, unique } from "../support/rest.ts";
import { type ReadEvent, SseReader } from "../support/sse-reader.ts";

const store = openSqliteStore(":memory:");
let server: RestServer;
let epoch = "";
beforeAll(async () => {
  server = await startRest({ store, live: createLive(store) });
  epoch = await store.epoch();
});
afterAll(() => server[Symbol.asyncDispose]());

const kinds = ["message", "edit", "deletion", "reaction"];
const byAccept = { accept: "text/event-stream;entries=all" };

function open(path: string, query = "", headers: Record<string, string> = {}): Promise<SseReader> {
  return SseReader.open(`${server.url}${path}${query}`, { headers });
}

const openRoom = (room: string, ...options: [string?, Record<string, string>?]) =>
  open(pathOf("messages", room, "events"), ...options);

function openTrpc(path: string, input: object): Promise<SseReader> {
  return open(`/trpc/${path}`, `?${new URLSearchParams({ input: JSON.stringify(input) })}`);
}

/** Stores three messages of Ann and what changes them: seven entries, of which the second one is erased. */
async function change(room: string): Promise<void> {
  const head = await readHead(store.log, conversationStream(room));
  const at = (n: number) => ({ conversation_id: room, target_seq: head + n });
  await say(store, room, 3);
  await edit(store, at(1), "better");
  await react(store, at(1));
  await erase(store, at(2));
  await react(store, at(3));
}

const logOf = (room: string) =>
  store.log.page(conversationStream(room), { limit: 1_000, from: "oldest" });

/** What was said, as who does not ask is told. */
async function messagesOf(room: string) {
  const messages = (await logOf(room)).filter((entry) => entry.kind === "message");
  return messages.filter(({ erased }) => !erased).map(toMessage);
}

function entriesOf({ events }: SseReader): ReadEvent[] {
  return events.filter(({ event }) => kinds.includes(event));
}

describe("who follows a conversation and asks for all entries", () => {
  it.each([
    ["in the query", "?after=0&entries=all", {}],
    ["in Accept", "?after=0", byAccept],
  ])("%s gets each as it is stored, with its kind and its position", async (_, query, headers) => {
    const room = unique("room");
    await change(room);
    await using reader = await openRoom(room, query, headers);
    await reader.until((one) => entriesOf(one).length >= 7);
    await change(room);
    await reader.until((one) => entriesOf(one).length >= 14);
    const entries = await logOf(room);
    const data = { conversation_id: room, last_seq: 7 };
    expect(reader.events[0]).toEqual({ event: "ready", data, id: `${epoch}-0` });
    expect(withoutText(entriesOf(reader).map(({ data }) => data as Entry))).toEqual(
      withoutText(entries),
    );
    expect(entriesOf(reader).map(({ event, id }) => [event, id])).toEqual(
      entries.map(({ kind, seq }) => [kind, `${epoch}-${seq}`]),
    );
  });

  it("continues after an entry of any kind, and stands at the head of the log without a position", async () => {
    const room = unique("room");
    await change(room);
    for (const place of [4, 6, 7]) {
      await using back = await openRoom(room, "?entries=all", {
        "last-event-id": `${epoch}-${place}`,
      });
      await back.until((one) => entriesOf(one).length >= 7 - place && one.events.length > 0);
      expect(entriesOf(back).map(({ data }) => data)).toEqual((await logOf(room)).slice(place));
    }
    await using reader = await openRoom(room, "?entries=all");
    await reader.until(({ events }) => events.length > 0);
    const data = { conversation_id: room, last_seq: 7 };
    expect(reader.events).toEqual([{ event: "ready", data, id: `${epoch}-7` }]);
  });

  it.each(["messages", "ALL", ""])("is refused with entries=%s", async (asked) => {
    for (const path of ["/messages/room/events", "/users/ann/events"]) {
      const { status, body } = await server.get(`${path}?entries=${asked}`);
      expect(status).toBe(422);
      expect(body).toMatchObject({ errors: [{ path: "entries" }] });
    }
  });
});

describe("who follows a conversation and does not ask", () => {
  it.each(["text/event-stream", "text/event-stream;entries=some", "*/*"])(
    "gets messages only, as before, with Accept: %s",
    async (accept) => {
      const room = unique("room");
      await change(room);
      await using asking = await openRoom(room, "?after=0&entries=all");
      await using reader = await openRoom(room, "?after=0", { accept });
      await change(room);
      await asking.until((one) => entriesOf(one).length >= 14);
      await reader.until(({ seqs }) => seqs.at(-1) === 10);
      const messages = await messagesOf(room);
      const seqs = new Set(messages.map(({ seq }) => seq));
      // The message that was deleted later may have been sent before.
      const sent = reader.dataOf<{ seq: number }>("message").filter(({ seq }) => seqs.has(seq));
      expect(sent).toEqual(messages);
      expect(new Set(reader.events.map(({ event }) => event))).toEqual(
        new Set(["ready", "message"]),
      );
      expect(reader.events[0]?.data).toEqual({ conversation_id: room, last_seq: 3 });
    },
  );

  it("is told the newest message that is left, at the position of the head", async () => {
    const room = unique("room");
    await change(room);
    for (const [seq, last_seq] of [[3, 1] as const, [1, 0] as const]) {
      await erase(store, { conversation_id: room, target_seq: seq });
      await using reader = await openRoom(room);
      await reader.until(({ events }) => events.length > 0);
      const [{ seq: head = 0 } = {}] = (await logOf(room)).toReversed();
      const data = { conversation_id: room, last_seq };
      expect(reader.events).toEqual([{ event: "ready", data, id: `${epoch}-${head}` }]);
    }
  });

  it("is given a position after many entries that it does not get", async () => {
    const room = unique("room");
    await say(store, room);
    await react(store, { conversation_id: room, target_seq: 1 }, 700);
    await using reader = await openRoom(room, "?after=0");
    await reader.until(({ lastEventId = "" }) => Number(lastEventId.split("-")[1]) > 600);
    expect(reader.events.map(({ event }) => event)).toEqual(["ready", "message"]);
    await using back = await openRoom(room, "", { "last-event-id": reader.lastEventId ?? "" });
    await say(store, room);
    await back.until(({ seqs }) => seqs.length > 0);
    expect(back.events.map(({ event }) => event)).toEqual(["ready", "message"]);
    expect(back.seqs).toEqual([702]);
  });
});

describe("who follows a user", () => {
  it("gets all entries after the heads of the logs if it asks, else messages after the newest messages", async () => {
    const [room, user] = [unique("room"), unique("user")];
    await store.conversations.create({ id: room, user_ids: [user, "ann"] });
    await change(room);
    const path = pathOf("users", user, "events");
    await using asking = await open(path, "?entries=all");
    await using accepting = await open(path, "", byAccept);
    await using plain = await open(path);
    const readers = [asking, accepting, plain];
    for (const reader of readers) await reader.until(({ events }) => events.length > 0);
    await change(room);
    for (const reader of [asking, accepting])
      await reader.until((one) => entriesOf(one).length >= 7);
    await plain.until(({ seqs }) => seqs.at(-1) === 10);
    const headsOf = ({ events }: SseReader) => events[0]?.data;
    const heads = (last_seq: number) => ({
      heads: [{ conversation_id: room, last_seq }],
      complete: true,
    });
    expect(readers.map(headsOf)).toEqual([heads(7), heads(7), heads(3)]);
    for (const reader of [asking, accepting]) {
      const entries = entriesOf(reader).map(({ data }) => data as Entry);
      expect(withoutText(entries)).toEqual(withoutText((await logOf(room)).slice(7)));
      expect(entriesOf(reader).map(({ event }) => event)).toEqual(entries.map(({ kind }) => kind));
    }
    expect(plain.seqs.filter((seq) => seq !== 9)).toEqual([8, 10]);
    expect(new Set(plain.events.map(({ event }) => event))).toEqual(new Set(["heads", "message"]));
  });
});

describe("who subscribes over tRPC", () => {
  it("gets all entries if it asks, else messages", async () => {
    const room = unique("room");
    await change(room);
    const input = { conversation_id: room, after: "0" };
    await using asking = await openTrpc("live.conversation", { ...input, entries: "all" });
    await using plain = await openTrpc("live.conversation", input);
    const ours = ({ events }: SseReader) => events.filter(({ id }) => id !== undefined);
    await asking.until((one) => ours(one).length >= 8);
    await plain.until((one) => ours(one).length >= 3);
    const entries = await logOf(room);
    expect(ours(asking)).toMatchObject([
      { id: `${epoch}-0`, data: { type: "ready", last_seq: 7 } },
      ...entries.map((entry) => ({ id: `${epoch}-${entry.seq}`, data: { type: "entry", entry } })),
    ]);
    expect(ours(plain)).toMatchObject([
      { id: `${epoch}-0`, data: { type: "ready", last_seq: 3 } },
      ...(await messagesOf(room)).map((message) => ({ data: { type: "message", message } })),
    ]);
  });

  it("to a user gets all entries if it asks", async () => {
    const [room, user_id] = [unique("room"), unique("user")];
    await store.conversations.create({ id: room, user_ids: [user_id, "ann"] });
    await using reader = await openTrpc("live.user", { user_id, entries: "all" });
    await reader.until(({ events }) => events.some(({ id }) => id !== undefined));
    await change(room);
    await reader.until(({ events }) => events.filter(({ id }) => id).length >= 8);
    const told = reader.events.flatMap(({ data, id }) => {
      const { entry } = data as { entry?: Entry };
      return id && entry ? [entry] : [];
    });
    expect(withoutText(told)).toEqual(withoutText(await logOf(room)));
  });
});

// What is deleted later may be sent before that.
function withoutText(entries: readonly Entry[]): unknown[] {
  return entries.map((entry) => ({ ...entry, content: undefined, erased: undefined }));
}
