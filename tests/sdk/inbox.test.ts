import { expect, test } from "vitest";
import { failureOf } from "./chat.ts";
import { lookIn, readTruth, startTwo, untilTrue } from "./inboxing.ts";

test("shows conversations in their order, what is new in them, and the totals", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  for (const id of ["tea", "coffee"]) {
    await bob.conversations.create({ id, user_ids: ["ada", "bob"] });
  }
  await bob.messages.send({ conversation_id: "tea", content: "Tea?", mentions: ["ada"] });
  using looking = lookIn(ada.inbox());
  await looking.untilLive();
  expect(looking.now.conversations.map(({ id }) => id)).toEqual(["tea", "coffee"]);
  expect(looking.find("tea")).toMatchObject({
    unread_count: 1,
    mention_count: 1,
    read_seq: 0,
    messages: [{ content: "Tea?", mentions: ["ada"] }],
  });
  expect(looking.now.totals).toEqual({ conversations: 1, messages: 1, mentions: 1 });
  // What others say counts, and moves up; what one says oneself only moves up.
  await bob.messages.send({ conversation_id: "coffee", content: "Coffee?", mentions: "everyone" });
  await looking.until(({ conversations: [first] }) => first?.id === "coffee");
  expect(looking.find("coffee")).toMatchObject({ unread_count: 1, mention_count: 1 });
  expect(looking.now.totals).toEqual({ conversations: 2, messages: 2, mentions: 2 });
  await ada.messages.send({ conversation_id: "tea", content: "Yes!" });
  await looking.until(({ conversations: [first] }) => first?.id === "tea");
  expect(looking.find("tea")).toMatchObject({ unread_count: 0, mention_count: 0, read_seq: 2 });
  expect(looking.now.totals).toEqual({ conversations: 1, messages: 1, mentions: 1 });
  await untilTrue([looking], () => readTruth(ada, "ada"));
});

test("marks are shown at once, and on all devices of the user", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  for (const content of ["one", "two", "three"]) {
    await bob.messages.send({ conversation_id: "tea", content });
  }
  await bob.conversations.addMember({ conversation_id: "tea", user_id: "ada" });
  for (const content of ["four", "five"]) {
    await bob.messages.send({ conversation_id: "tea", content, mentions: "everyone" });
  }
  using desk = lookIn(ada.inbox());
  using phone = lookIn(ada.inbox());
  for (const { untilLive } of [desk, phone]) await untilLive();
  // Who joins has read what was there.
  expect(desk.find("tea")).toMatchObject({ read_seq: 3, unread_count: 2, mention_count: 2 });
  desk.inbox.markRead("tea");
  const read = { read_seq: 5, unread_count: 0, mention_count: 0 };
  expect(desk.find("tea")).toMatchObject(read);
  expect(desk.now.totals).toEqual({ conversations: 0, messages: 0, mentions: 0 });
  await phone.until(({ totals }) => totals?.messages === 0);
  expect(phone.find("tea")).toMatchObject(read);
  const marking = phone.inbox.markUnread("tea", 4);
  expect(phone.find("tea").read_seq).toBe(3);
  expect(phone.now.totals?.conversations).toBe(1);
  await marking;
  const unread = { read_seq: 3, revision: 1, unread_count: 2, mention_count: 2 };
  expect(phone.find("tea")).toMatchObject(unread);
  await desk.until(({ conversations: [tea] }) => tea?.revision === 1);
  expect(desk.find("tea")).toMatchObject(unread);
  await untilTrue([desk, phone], () => readTruth(ada, "ada"));
  // As far as it is read, and not further.
  phone.inbox.markRead("tea", 4);
  expect(phone.find("tea").read_seq).toBe(4);
  await desk.until(({ totals }) => totals?.messages === 1);
  await untilTrue([desk, phone], () => readTruth(ada, "ada"));
});

test("a mark that is refused is shown no longer", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  await bob.conversations.create({ id: "tea", user_ids: ["ada", "bob"] });
  await bob.messages.send({ conversation_id: "tea", content: "Tea?" });
  using looking = lookIn(ada.inbox());
  await looking.untilLive();
  looking.inbox.markRead("tea", 99);
  expect(looking.find("tea").unread_count).toBe(0);
  await looking.until(({ totals }) => totals?.messages === 1);
  expect(looking.find("tea")).toMatchObject({ read_seq: 0, unread_count: 1 });
  const marking = looking.inbox.markUnread("tea", 99);
  expect(await failureOf(marking)).toMatchObject({ code: "validation_failed" });
  const setting = looking.inbox.update("tea", { muted_until: "tomorrow" });
  expect(await failureOf(setting)).toMatchObject({ code: "validation_failed" });
  expect(looking.find("tea")).toMatchObject({ read_seq: 0, muted_until: null });
  looking.inbox.markRead("nowhere");
  looking.inbox.markRead("nowhere", 1);
  await untilTrue([looking], () => readTruth(ada, "ada"));
});

test("settings are shown at once, and on all devices of the user", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  for (const id of ["one", "two", "three"]) {
    await bob.conversations.create({ id, user_ids: ["ada", "bob"] });
    await bob.messages.send({ conversation_id: id, content: "Hello" });
  }
  using all = lookIn(ada.inbox());
  using shown = lookIn(ada.inbox({ archived: false }));
  using hidden = lookIn(ada.inbox({ archived: true }));
  for (const { untilLive } of [all, shown, hidden]) await untilLive();
  const idsOf = ({ now }: typeof all) => now.conversations.map(({ id }) => id);
  expect([idsOf(all), idsOf(hidden)]).toEqual([["three", "two", "one"], []]);
  const pinning = all.inbox.update("one", { pinned: true });
  expect(idsOf(all)).toEqual(["one", "three", "two"]);
  await pinning;
  await shown.until(({ conversations: [first] }) => first?.id === "one");
  const archiving = shown.inbox.update("two", { archived: true });
  expect(idsOf(shown)).toEqual(["one", "three"]);
  expect(shown.now.totals?.messages).toBe(2);
  await archiving;
  await hidden.until(({ conversations }) => conversations.length === 1);
  await all.until(({ totals }) => totals?.messages === 2);
  const muted_until = new Date(Date.now() + 3_600_000).toISOString();
  await all.inbox.update("three", { muted_until });
  expect(all.find("three").muted_until).toBe(muted_until);
  for (const looking of [all, shown, hidden]) {
    await looking.until(({ totals }) => totals?.messages === 1);
  }
  // Only a message brings it back, and only where it is not muted.
  await bob.messages.react({ conversation_id: "two", seq: 1, key: "x" });
  await bob.messages.send({ conversation_id: "two", content: "Are you there?" });
  await shown.until(({ conversations }) => conversations.length === 3);
  await hidden.until(({ conversations }) => conversations.length === 0);
  expect(shown.find("two").unread_count).toBe(2);
  await untilTrue([all, shown], () => readTruth(ada, "ada"));
  await untilTrue([hidden], () => readTruth(ada, "ada", { archived: true }));
});

test("what changes a newest message or a conversation is shown", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  const tea = { conversation_id: "tea" };
  await bob.conversations.create({ id: "tea", user_ids: ["ada", "bob"] });
  for (const content of ["one", "two"]) await bob.messages.send({ ...tea, content });
  using looking = lookIn(ada.inbox());
  await looking.untilLive();
  await bob.messages.edit({ ...tea, seq: 2, content: "due" });
  await looking.until(({ conversations: [first] }) => first?.messages[0]?.content === "due");
  await bob.messages.delete({ ...tea, seq: 2 });
  await looking.until(({ conversations: [first] }) => first?.messages[0]?.content === "one");
  expect(looking.find("tea").unread_count).toBe(1);
  await bob.conversations.update({ ...tea, title: "Tea", metadata: { colour: "green" } });
  await looking.until(({ conversations: [first] }) => first?.title === "Tea");
  await bob.conversations.update({ ...tea, title: null });
  await looking.until(({ conversations: [first] }) => first?.title === undefined);
  expect(looking.find("tea").metadata).toEqual({ colour: "green" });
  await untilTrue([looking], () => readTruth(ada, "ada"));
});

test("a conversation comes when the user joins it, and goes when it leaves", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  using looking = lookIn(ada.inbox());
  await looking.untilLive();
  expect(looking.now).toMatchObject({ conversations: [], has_more: false });
  await bob.messages.send({ conversation_id: "tea", content: "Only us?" });
  await bob.conversations.addMember({ conversation_id: "tea", user_id: "ada" });
  await looking.until(({ conversations }) => conversations.length === 1);
  expect(looking.find("tea")).toMatchObject({ unread_count: 0, read_seq: 1 });
  await bob.messages.send({ conversation_id: "tea", content: "Not any more." });
  await looking.until(({ totals }) => totals?.messages === 1);
  await ada.conversations.removeMember({ conversation_id: "tea", user_id: "ada" });
  await looking.until(({ conversations }) => conversations.length === 0);
  await looking.until(({ totals }) => totals?.messages === 0);
  await ada.messages.send({ conversation_id: "own", content: "To nobody" });
  await looking.until(({ conversations }) => conversations.length === 1);
  await untilTrue([looking], () => readTruth(ada, "ada"));
});
