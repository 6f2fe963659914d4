import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

const api = createCaller(createContext({ store, caller: trustedCaller }));

/** Creates a conversation of Ann, Bob and Cy, in which Bob has sent five messages. */
async function talk() {
  const user_ids = ["ann", "bob", "cy"];
  const { conversation } = await api.conversations.create({ user_ids });
  const conversation_id = conversation.id;
  const say = (user_id = "bob") => api.messages.send({ conversation_id, user_id, content: "hi" });
  for (let count = 0; count < 5; count++) await say();
  const ann = { conversation_id, user_id: "ann" };
  const mark = (read_seq: number, revision?: number) =>
    api.reads.mark({ ...ann, read_seq, ...(revision !== undefined && { revision }) });
  const markUnread = (unread_from: number) => api.reads.markUnread({ ...ann, unread_from });
  return { conversation_id, ann, say, mark, markUnread };
}

const notFound = { code: "NOT_FOUND", cause: { code: "not_found" } };
const invalid = (path: string) => ({
  code: "UNPROCESSABLE_CONTENT",
  cause: { code: "validation_failed", issues: [{ path }] },
});

describe("reads.mark", () => {
  it("moves forward, and says what is unread", async () => {
    const { ann, mark } = await talk();
    expect(await mark(2)).toEqual({
      ...ann,
      read_seq: 2,
      revision: 0,
      unread_count: 3,
      mention_count: 0,
    });
    expect(await mark(5)).toMatchObject({ read_seq: 5, unread_count: 0 });
  });

  it("never moves back, however late or doubled", async () => {
    const { mark } = await talk();
    await Promise.all([4, 1, 3, 4, 0, 2].map((seq) => mark(seq)));
    for (const seq of [0, 3, 4]) expect(await mark(seq)).toMatchObject({ read_seq: 4 });
  });

  it("takes the end, and refuses what is beyond it", async () => {
    const { mark } = await talk();
    await expect(mark(6)).rejects.toMatchObject(invalid("read_seq"));
    await expect(mark(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject(invalid("read_seq"));
    expect(await mark(0)).toMatchObject({ read_seq: 0, unread_count: 5 });
    expect(await mark(5)).toMatchObject({ read_seq: 5, unread_count: 0 });
  });

  it("changes nothing when its revision is older", async () => {
    const { mark, markUnread } = await talk();
    await mark(5, 0);
    const unread = await markUnread(3);
    expect(unread).toMatchObject({ read_seq: 2, revision: 1, unread_count: 3 });
    expect(await mark(5, 0)).toEqual(unread);
    expect(await mark(4, 1)).toMatchObject({ read_seq: 4, revision: 1 });
    expect(await mark(5)).toMatchObject({ read_seq: 5, revision: 1 });
  });

  it("does not find who is not a member, or no longer", async () => {
    const { conversation_id, ann, mark } = await talk();
    const dan = { conversation_id, user_id: "dan", read_seq: 0 };
    await expect(api.reads.mark(dan)).rejects.toMatchObject(notFound);
    await api.conversations.removeMember(ann);
    await expect(mark(1)).rejects.toMatchObject(notFound);
    const nowhere = { ...dan, conversation_id: randomUUID() };
    await expect(api.reads.mark(nowhere)).rejects.toMatchObject(notFound);
    const { reads } = await api.reads.page({ conversation_id });
    expect(reads.map(({ user_id }) => user_id)).toEqual(["bob", "cy"]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["read_seq", { read_seq: -1 }],
    ["read_seq", { read_seq: 0.5 }],
    ["read_seq", { read_seq: null }],
    ["read_seq", { read_seq: "1" }],
    ["read_seq", { read_seq: 2 ** 53 }],
    ["read_seq", { read_seq: [1] }],
    ["revision", { revision: -1 }],
    ["revision", { revision: null }],
    ["unread_from", { unread_from: 1 }],
    ["user_id", { user_id: "" }],
    ["conversation_id", { conversation_id: null }],
  ])("refuses what is no %s: %o", async (path, fields) => {
    const { ann } = await talk();
    const input = { ...ann, read_seq: 1, ...fields };
    await expect(api.reads.mark(input as never)).rejects.toMatchObject(invalid(path));
  });
});

describe("reads.markUnread", () => {
  it("moves before its position, also back, and raises the revision each time", async () => {
    const { ann, mark, markUnread } = await talk();
    await mark(5);
    const unread = { ...ann, read_seq: 1, revision: 1, unread_count: 4, mention_count: 0 };
    expect(await markUnread(2)).toEqual(unread);
    expect(await markUnread(2)).toEqual({ ...unread, revision: 2 });
    expect(await markUnread(5)).toMatchObject({ read_seq: 4, revision: 3, unread_count: 1 });
    expect(await markUnread(1)).toMatchObject({ read_seq: 0, revision: 4, unread_count: 5 });
  });

  it("is undone by the user's next message", async () => {
    const { say, mark, markUnread } = await talk();
    await say("ann");
    await markUnread(1);
    expect(await mark(0)).toMatchObject({ read_seq: 0, unread_count: 5 });
    await say("ann");
    expect(await mark(0)).toMatchObject({ read_seq: 7, unread_count: 0 });
  });

  it("refuses a position that is not in the log, and changes nothing", async () => {
    const { mark, markUnread } = await talk();
    const before = await mark(3);
    for (const seq of [0, -1, 6, 0.5, Number.MAX_SAFE_INTEGER]) {
      await expect(markUnread(seq)).rejects.toMatchObject(invalid("unread_from"));
    }
    expect(await mark(0)).toEqual(before);
  });

  it("refuses any position in an empty log, and finds no stranger", async () => {
    const { conversation } = await api.conversations.create({ user_ids: ["ann"] });
    const ann = { conversation_id: conversation.id, user_id: "ann" };
    const call = api.reads.markUnread({ ...ann, unread_from: 1 });
    await expect(call).rejects.toMatchObject(invalid("unread_from"));
    const stranger = api.reads.markUnread({ ...ann, user_id: "dan", unread_from: 1 });
    await expect(stranger).rejects.toMatchObject(notFound);
  });
});

describe("reads.page", () => {
  it("says how far each member has read, in the order they joined", async () => {
    const { conversation_id, say, mark } = await talk();
    await mark(2);
    await say("cy");
    await api.conversations.addMember({ conversation_id, user_id: "abe" });
    expect(await api.reads.page({ conversation_id })).toEqual({
      reads: [
        { user_id: "ann", read_seq: 2 },
        { user_id: "bob", read_seq: 5 },
        { user_id: "cy", read_seq: 6 },
        { user_id: "abe", read_seq: 6 },
      ],
      next: null,
    });
  });

  it("is complete in pages of any length", async () => {
    const user_ids = Array.from({ length: 23 }, (_, n) => `u${n}`);
    const { conversation } = await api.conversations.create({ user_ids });
    for (const limit of [1, 7, 22, 23, 1_000]) {
      const seen: string[] = [];
      let place: { cursor: string } | null = null;
      let pages = 0;
      do {
        const input = { conversation_id: conversation.id, limit, ...place };
        const page: Awaited<ReturnType<typeof api.reads.page>> = await api.reads.page(input);
        seen.push(...page.reads.map(({ user_id }) => user_id));
        place = page.next;
        pages += 1;
      } while (place);
      expect([limit, pages, seen]).toEqual([limit, Math.ceil(23 / limit), user_ids]);
    }
  });

  it("is empty for a conversation that does not exist", async () => {
    const page = await api.reads.page({ conversation_id: randomUUID() });
    expect(page).toEqual({ reads: [], next: null });
  });

  it.each<[string, Record<string, unknown>]>([
    ["limit", { limit: 0 }],
    ["limit", { limit: 1_001 }],
    ["cursor", { cursor: "x" }],
    ["cursor", { cursor: "" }],
    ["cursor", { cursor: "x".repeat(1_025) }],
    ["user_id", { user_id: "ann" }],
  ])("refuses what is no %s: %o", async (path, fields) => {
    const input = { conversation_id: "room", ...fields };
    await expect(api.reads.page(input as never)).rejects.toMatchObject(invalid(path));
  });
});

describe("reads.totals", () => {
  it("counts what is unread where it is neither archived nor muted", async () => {
    const user_id = randomUUID();
    expect(await api.reads.totals({ user_id })).toEqual({
      conversations: 0,
      messages: 0,
      mentions: 0,
    });
    const rooms = await Promise.all([talk(), talk(), talk(), talk()]);
    for (const { conversation_id, say } of rooms) {
      await api.conversations.addMember({ conversation_id, user_id });
      await say();
    }
    const [first, second, third] = rooms.map(({ conversation_id }) => conversation_id);
    const mention = { conversation_id: first ?? "", user_id: "bob", content: "you" };
    await api.messages.send({ ...mention, mentions: [user_id] });
    await api.messages.send({ ...mention, mentions: "everyone" });
    const all = { conversations: 4, messages: 6, mentions: 2 };
    expect(await api.reads.totals({ user_id })).toEqual(all);
    const own = (conversation_id = "") => ({ conversation_id, user_id });
    await api.conversations.updateMember({ ...own(second), archived: true });
    const muted_until = new Date(Date.now() + 60_000).toISOString();
    await api.conversations.updateMember({ ...own(third), muted_until });
    expect(await api.reads.totals({ user_id })).toEqual({ ...all, conversations: 2, messages: 4 });
    await api.reads.mark({ ...own(first), read_seq: 7 });
    const left = { conversations: 2, messages: 2, mentions: 1 };
    expect(await api.reads.totals({ user_id })).toEqual(left);
  });
});
