import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { type Caller, trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

const apiOf = (caller: Caller) => createCaller(createContext({ store, caller }));
const userApi = (user_id: string) =>
  apiOf({ kind: "user", user_id, expiresAt: Date.now() + 60_000 });
const api = apiOf(trustedCaller);

/** Creates a conversation of Ann, Bob and Cy, in which Bob has sent five messages. */
async function talk() {
  const user_ids = ["ann", "bob", "cy"];
  const { conversation } = await api.conversations.create({ user_ids });
  const conversation_id = conversation.id;
  for (let count = 0; count < 5; count++) {
    await api.messages.send({ conversation_id, user_id: "bob", content: "hi" });
  }
  return { conversation_id, ann: { conversation_id, user_id: "ann" } };
}

describe("a user", () => {
  it("marks only for itself, where it is a member", async () => {
    const { conversation_id, ann } = await talk();
    const marks = [
      (as: ReturnType<typeof userApi>, user_id: string, id: string) =>
        as.reads.mark({ conversation_id: id, user_id, read_seq: 1 }),
      (as: ReturnType<typeof userApi>, user_id: string, id: string) =>
        as.reads.markUnread({ conversation_id: id, user_id, unread_from: 2 }),
    ];
    for (const mark of marks) {
      expect(await mark(userApi("ann"), "ann", conversation_id)).toMatchObject({ ...ann });
      await expect(mark(userApi("ann"), "bob", conversation_id)).rejects.toMatchObject({
        cause: { code: "forbidden" },
      });
      const refusals = [conversation_id, randomUUID()].map((id) =>
        mark(userApi("dan"), "dan", id).catch(({ cause }) => [cause.code, cause.message]),
      );
      expect(await Promise.all(refusals)).toEqual([
        ["not_found", "there is no such conversation"],
        ["not_found", "there is no such conversation"],
      ]);
    }
  });

  it("sees receipts where it is a member, and only its own totals", async () => {
    const { conversation_id } = await talk();
    expect((await userApi("cy").reads.page({ conversation_id })).reads).toHaveLength(3);
    const stranger = userApi("dan").reads.page({ conversation_id });
    await expect(stranger).rejects.toMatchObject({ cause: { code: "not_found" } });
    expect(await userApi("dan").reads.totals({} as never)).toMatchObject({ conversations: 0 });
    const other = userApi("dan").reads.totals({ user_id: "ann" });
    await expect(other).rejects.toMatchObject({ cause: { code: "forbidden" } });
  });

  it("that is removed while it marks is told what a stranger is told, and stays out", async () => {
    for (let times = 0; times < 20; times++) {
      const { conversation_id, ann } = await talk();
      const user = userApi("ann");
      const calls = Array.from({ length: 6 }, (_, n) => async () => {
        if (n === 3) return api.conversations.removeMember(ann);
        return n % 2 === 0
          ? user.reads.mark({ ...ann, read_seq: n })
          : user.reads.markUnread({ ...ann, unread_from: 1 });
      });
      const answers = await Promise.allSettled(calls.map((call) => call()));
      for (const answer of answers) {
        if (answer.status === "fulfilled") continue;
        expect(answer.reason.cause).toMatchObject({
          code: "not_found",
          message: "there is no such conversation",
        });
      }
      expect(answers[3]?.status).toBe("fulfilled");
      const { reads } = await api.reads.page({ conversation_id });
      expect(reads.map(({ user_id }) => user_id)).toEqual(["bob", "cy"]);
      const { conversations } = await user.conversations.page({ user_id: "ann" });
      expect(conversations.map(({ id }) => id)).not.toContain(conversation_id);
    }
  });
});
