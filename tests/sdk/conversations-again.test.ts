import { expect, test } from "vitest";
import { failureOf } from "./chat.ts";
import { startFlakyChat } from "./flaky.ts";

const grace = { conversation_id: "tea", user_id: "grace" };

test("a create without an id is not repeated when a conversation may be there", async () => {
  await using running = await startFlakyChat(["lose"]);
  const { conversations } = running.chat;
  const failure = await failureOf(conversations.create({ user_ids: ["ada"] }));
  expect(failure).toMatchObject({ code: "network", id: undefined });
  const inbox = await conversations.page({ user_id: "ada" });
  expect(inbox.conversations).toHaveLength(1);
});

test("a create without an id is repeated when it is known not to be there", async () => {
  await using running = await startFlakyChat([{ status: 429 }, { status: 429 }]);
  const { conversations } = running.chat;
  const { created } = await conversations.create({ user_ids: ["ada"] });
  expect(created).toBe(true);
  expect((await conversations.page({ user_id: "ada" })).conversations).toHaveLength(1);
});

test("a create with an id is repeated, and a failure names it", async () => {
  await using running = await startFlakyChat(["lose", "cut"]);
  const { conversations } = running.chat;
  const { conversation } = await conversations.create({ id: "tea", user_ids: ["ada"] });
  expect(conversation).toMatchObject({ id: "tea", user_ids: ["ada"] });
  await using broken = await startFlakyChat(["cut"], { retry: false });
  const failure = broken.chat.conversations.create({ id: "tea", user_ids: ["ada"] });
  expect(await failureOf(failure)).toMatchObject({ code: "network", id: "tea" });
});

test("adding a member is repeated", async () => {
  await using running = await startFlakyChat(["pass", "lose"]);
  const { conversations } = running.chat;
  await conversations.create({ id: "tea", user_ids: ["ada"] });
  expect(await conversations.addMember(grace)).toEqual({ ...grace, added: false });
});

test("removing a member is done though the answer was lost", async () => {
  await using running = await startFlakyChat(["pass", "lose"]);
  const { conversations } = running.chat;
  await conversations.create({ id: "tea", user_ids: ["ada", "grace"] });
  expect(await conversations.removeMember(grace)).toBeUndefined();
  expect(await conversations.get({ conversation_id: "tea" })).toMatchObject({ user_ids: ["ada"] });
});

test("removing who was no member fails, also after a refusal that has done nothing", async () => {
  await using running = await startFlakyChat(["pass", { status: 429 }]);
  const { conversations } = running.chat;
  await conversations.create({ id: "tea", user_ids: ["ada"] });
  expect(await failureOf(conversations.removeMember(grace))).toMatchObject({ code: "not_found" });
});
