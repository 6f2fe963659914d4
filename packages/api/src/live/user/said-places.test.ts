import { setTimeout as delay } from "node:timers/promises";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Saying, storeEntry, storeMessage } from "../../../tests/store-entry.ts";
import { createLive, type Live } from "../index.ts";
import type { UserNews } from "./follow-user.ts";

let store: ChatStore;
let live: Live;
/** How often the newest message of a log was looked up. */
let lookups = 0;
beforeEach(() => {
  store = openSqliteStore(":memory:");
  lookups = 0;
  const page: ChatStore["messages"]["page"] = (...input) => {
    lookups++;
    return store.messages.page(...input);
  };
  live = createLive({ ...store, messages: { ...store.messages, page } });
});
afterEach(async () => {
  live.close();
  await store.close();
});

const change = (entry: Saying) => storeEntry(store, entry);
const react = (conversation_id: string, target_seq = 1) =>
  change({ kind: "reaction", conversation_id, target_seq, key: "👍", added: true });
const erase = (conversation_id: string, target_seq: number) =>
  change({ kind: "deletion", conversation_id, target_seq });

async function begin(id: string, count: number, user_ids = ["ann", "bob"]): Promise<void> {
  await store.conversations.create({ id, user_ids });
  for (let n = 0; n < count; n++) await storeMessage(store, id);
}

/** Reads news of Bob up to some that are complete heads, or of a kind. */
async function read(
  kind: UserNews["kind"],
  entries?: "all",
  act: () => Promise<unknown> = async () => {},
) {
  const leaving = new AbortController();
  const following = live.followUser({ user_id: "bob", entries }, leaving.signal);
  const news: UserNews[] = [];
  for await (const one of following) {
    news.push(one);
    if (one.kind === kind) break;
    if (one.kind === "heads") await act();
  }
  leaving.abort();
  return news.at(-1);
}

async function readHeads(entries?: "all"): Promise<Record<string, number>> {
  const news = await read("heads", entries);
  const heads = news?.kind === "heads" ? news.heads : [];
  return Object.fromEntries(
    heads
      .map(({ conversation_id, last_seq }) => [conversation_id, last_seq] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe("the heads of who does not ask for all entries", () => {
  it("are the newest messages that are not deleted, and of who asks the newest entries", async () => {
    await begin("changed", 2);
    await react("changed");
    await begin("deleted", 3);
    for (const seq of [3, 2]) await erase("deleted", seq);
    await begin("empty", 0);
    await begin("gone", 1);
    await erase("gone", 1);
    await begin("plain", 4);
    expect(await readHeads()).toEqual({ changed: 2, deleted: 1, empty: 0, gone: 0, plain: 4 });
    expect(await readHeads("all")).toEqual({ changed: 3, deleted: 5, empty: 0, gone: 2, plain: 4 });
  });

  it("need no lookups where there are only messages", async () => {
    for (let n = 0; n < 30; n++) await begin(`room-${n}`, 2);
    expect(Object.values(await readHeads())).toEqual(Array.from({ length: 30 }, () => 2));
    expect(lookups).toBe(0);
  });

  it("never name a message that is sent after them", async () => {
    await begin("room", 1);
    await react("room");
    const heads: ChatStore["log"]["heads"] = async (streams) => {
      // Between the two reads of the heads.
      if (lookups === 0) await storeMessage(store, "room");
      lookups++;
      return store.log.heads(streams);
    };
    const racing = createLive({ ...store, log: { ...store.log, heads } });
    const following = racing.followUser({ user_id: "bob" }, new AbortController().signal);
    const { value } = await following.next();
    expect(value).toMatchObject({ heads: [{ conversation_id: "room", last_seq: 1 }] });
    expect((await following.next()).value).toMatchObject({ entries: [{ seq: 3 }] });
    racing.close();
  });
});

describe.each([
  [undefined, 2],
  ["all", 3],
] as const)("who asks for %s entries", (entries, last_seq) => {
  it("is told the right place of a conversation that is joined or left", async () => {
    await begin("room", 2, ["ann"]);
    await react("room");
    // What is as old as the joining counts as after it.
    await delay(5);
    const member = { conversation_id: "room", user_id: "bob" };
    const joined = await read("joined", entries, () => store.members.join(member));
    expect(joined).toEqual({ kind: "joined", conversation_id: "room", last_seq });
    const left = await read("left", entries, () => store.members.leave(member));
    expect(left).toEqual({ kind: "left", conversation_id: "room", last_seq });
  });

  it("is told no place of a joining after the head, when it comes back", async () => {
    await begin("room", 2, ["ann"]);
    await react("room");
    await delay(5);
    const since = { epoch: await store.epoch(), atMs: Date.now() };
    await store.members.join({ conversation_id: "room", user_id: "bob" });
    const input = { user_id: "bob", since, entries };
    const { value } = await live.followUser(input, new AbortController().signal).next();
    const head = value?.kind === "heads" ? value.heads[0] : undefined;
    expect(head).toMatchObject({ last_seq });
    expect(head?.joined_seq).toBeLessThanOrEqual(last_seq);
  });
});
