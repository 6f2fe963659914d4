import { setTimeout as delay } from "node:timers/promises";
import { createChatClient } from "@chatnest/client";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { startHttp } from "./http.ts";
import { type InboxScript, row, said, startInbox, unread } from "./inbox-script.ts";
import { type Looking, lookIn } from "./inboxing.ts";
import { write } from "./wire.ts";

/** Looks in the inbox of ann. */
async function look(server: InboxScript): Promise<Looking> {
  const looking = lookIn(createChatClient({ url: server.url, userId: "ann" }).inbox());
  await looking.untilLive();
  return looking;
}

const marksOf = ({ calls }: InboxScript) =>
  calls.filter(({ path }) => path === "reads.mark").map(({ input }) => input["read_seq"]);

test("an older server is said to be older", async () => {
  const issue = { path: "inbox", code: "unrecognized_keys", message: "unknown field" };
  await using server = await startHttp((_, response) => {
    const body = { status: 422, code: "validation_failed", detail: "inbox: unknown field" };
    response.writeHead(422, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ ...body, errors: [issue] }));
  });
  using looking = lookIn(createChatClient({ url: server.url, userId: "ann" }).inbox());
  await looking.until(({ state }) => state.status === "closed");
  const error = {
    code: "validation_failed",
    message: expect.stringContaining("update the server"),
  };
  expect(looking.now.state).toMatchObject({ error });
});

test("is marked as read at most once a second, and the last mark is sent", async () => {
  await using server = await startInbox();
  server.rows = [row("tea", { last_seq: 50, unread_count: 50 })];
  using looking = await look(server);
  for (let seq = 1; seq <= 30; seq++) {
    looking.inbox.markRead("tea", seq);
    await delay(50);
  }
  looking.inbox.markRead("tea", 20);
  expect(looking.find("tea").read_seq).toBe(30);
  await until(() => marksOf(server).at(-1) === 30, { timeoutMs: 5_000, what: "30 is marked" });
  await delay(1_200);
  expect(marksOf(server)[0]).toBe(1);
  expect(marksOf(server).length).toBeLessThanOrEqual(4);
  const times = server.calls.filter(({ path }) => path === "reads.mark").map(({ at }) => at);
  for (const [n, at] of times.entries()) {
    expect(at - (times[n - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThan(800);
  }
});

test("a mark that cannot be sent is sent again, until it is", async () => {
  await using server = await startInbox();
  server.rows = [row("tea", { last_seq: 5, unread_count: 5 })];
  const retry = { tries: 1 };
  const chat = createChatClient({ url: server.url, userId: "ann", retry });
  using looking = lookIn(chat.inbox());
  await looking.untilLive();
  let failures = 3;
  server.answer = (path, response) => {
    if (path !== "reads.mark" || failures-- <= 0) return false;
    response.writeHead(503).end();
    return true;
  };
  looking.inbox.markRead("tea");
  expect(looking.find("tea").unread_count).toBe(0);
  await until(() => failures < 0, { timeoutMs: 15_000, what: "it is marked" });
  expect(marksOf(server)).toEqual([5, 5, 5, 5]);
  await looking.until(({ conversations: [tea] }) => tea?.unread_count === 0);
});

test("a mark carries the revision that its user has seen, and none after an own mark as unread", async () => {
  await using server = await startInbox();
  server.rows = [row("tea", { last_seq: 5, unread_count: 5, revision: 2 })];
  using looking = await look(server);
  looking.inbox.markRead("tea", 3);
  // Another device marks it as unread meanwhile: the mark above says that it has not seen that.
  const state = { conversation_id: "tea", user_id: "ann", read_seq: 0, revision: 3 };
  server.say(write("read", { ...state, unread_count: 5, mention_count: 0 }));
  await looking.until(({ conversations: [tea] }) => tea?.revision === 3);
  expect(looking.find("tea")).toMatchObject({ read_seq: 0, unread_count: 5 });
  const marking = looking.inbox.markUnread("tea", 2);
  looking.inbox.markRead("tea", 4);
  await marking;
  await until(() => marksOf(server).length === 2, { timeoutMs: 5_000, what: "it is marked" });
  const revisions = server.calls
    .filter(({ path }) => path.startsWith("reads.mark"))
    .map(({ path, input }) => [path, input["revision"]]);
  expect(revisions).toEqual([
    ["reads.mark", 2],
    ["reads.markUnread", undefined],
    ["reads.mark", undefined],
  ]);
});

test("a number that differs from the totals is read again", async () => {
  await using server = await startInbox();
  server.rows = [row("tea", { last_seq: 3, unread_count: 1 }), row("milk")];
  server.totals = { conversations: 1, messages: 1, mentions: 0 };
  using looking = await look(server);
  const before = server.pagesAsked();
  server.say(said("tea", 4) + unread(2));
  await looking.until(({ totals }) => totals?.messages === 2);
  await delay(2_000);
  expect(server.pagesAsked()).toBe(before);
  // The server counts otherwise.
  server.rows = [row("tea", { last_seq: 4, unread_count: 3 }), row("milk")];
  server.totals = { conversations: 1, messages: 3, mentions: 0 };
  server.say(unread(3));
  await looking.until(() => looking.find("tea").unread_count === 3, 3_000);
  expect(looking.now.totals).toEqual(server.totals);
  expect(server.pagesAsked()).toBe(before + 1);
});

test("what comes while a page is read is on top of it, and what the page may have counted is read again", async () => {
  await using server = await startInbox();
  server.rows = [row("tea", { last_seq: 3, unread_count: 1 })];
  const held = Promise.withResolvers<void>();
  server.answer = async (path) => {
    if (path === "reads.totals" && server.pagesAsked() === 2) await held.promise;
    return false;
  };
  using looking = lookIn(createChatClient({ url: server.url, userId: "ann" }).inbox());
  await server.connected();
  await until(() => server.pagesAsked() === 2, { timeoutMs: 5_000, what: "it is read again" });
  // The page has the first of these, but perhaps counted before it.
  server.say(said("tea", 3) + said("tea", 4) + said("tea", 5) + said("milk", 1));
  await delay(100);
  server.rows = [
    row("milk", { last_seq: 1, unread_count: 1, last_activity_at: "2026-01-02T00:00:00.000Z" }),
    row("tea", { last_seq: 5, unread_count: 4 }),
  ];
  server.totals = { conversations: 2, messages: 5, mentions: 0 };
  held.resolve();
  await looking.untilLive();
  expect(looking.find("tea")).toMatchObject({ last_seq: 5, unread_count: 3 });
  await looking.until(({ conversations: [first] }) => first?.id === "milk", 3_000);
  expect(looking.find("tea")).toMatchObject({ last_seq: 5, unread_count: 4 });
  expect(looking.now.totals).toEqual(server.totals);
});

test("the list stays as it was until it is read again after a reset", async () => {
  await using server = await startInbox();
  server.rows = [row("tea", { last_seq: 9, unread_count: 2, revision: 4 }), row("milk")];
  using looking = await look(server);
  server.rows = [row("tea", { last_seq: 1, unread_count: 1 })];
  server.say(write("reset", { conversation_id: null, last_seq: 0 }) + said("tea", 1));
  await delay(100);
  expect(looking.now.conversations).toHaveLength(2);
  server.say(write("heads", { heads: [], complete: true }, "f-1") + unread(1) + said("tea", 2));
  await looking.until(({ conversations }) => conversations.length === 1);
  expect(looking.find("tea")).toMatchObject({ last_seq: 2, unread_count: 2, revision: 0 });
});

test("a page that cannot be read is asked for again", async () => {
  await using server = await startInbox();
  server.rows = [row("tea")];
  let failures = 3;
  server.answer = (path, response) => {
    if (path !== "conversations.page" || failures-- <= 0) return false;
    response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    return true;
  };
  const chat = createChatClient({ url: server.url, userId: "ann", retry: false });
  using looking = lookIn(chat.inbox());
  await looking.untilLive();
  expect(looking.now.conversations).toHaveLength(1);
});

test("events of a newer server, of other members and of other users' reads change nothing", async () => {
  await using server = await startInbox();
  server.rows = [row("tea", { last_seq: 3, unread_count: 1 })];
  using looking = await look(server);
  const before = looking.now;
  server.say(write("read", { conversation_id: "tea", user_id: "bob", read_seq: 3 }));
  server.say(write("pinned_by_others", { conversation_id: "tea" }));
  server.say(write("conversation", { conversation_id: "milk", title: "Milk", metadata: null }));
  await delay(200);
  expect(looking.now).toBe(before);
});
