import { type ChatStore, conversationStream, eraseUser, openSqliteStore } from "@chatnest/db";
import { afterEach, beforeEach, expect, it } from "vitest";
import { storeMessage } from "../../tests/store-entry.ts";
import { trustedCaller } from "../caller.ts";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";
import { createHub } from "./hub.ts";

const conversation_id = "room";
const stream = conversationStream(conversation_id);

let store: ChatStore;
beforeEach(() => {
  store = openSqliteStore(":memory:");
});
afterEach(() => store.close());

it("forgets what the ring, its answers and reads under way show of a user who is erased", async () => {
  const hub = createHub(store);
  const { tail } = hub.follow(stream);
  for (const content of ["one", "two", "three"])
    await storeMessage(store, conversation_id, content);
  await tail.readHead();
  expect(JSON.stringify(await tail.read(0))).toContain("one");
  const [{ user_id = "" } = {}] = await tail.read(0);
  const underWay = tail.read(0);
  await eraseUser(store, { user_id, mode: "anonymize" });
  await underWay;
  expect(tail.head).toBe(3);
  const entries = await tail.read(0);
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(entries.map((entry) => entry.user_id)).not.toContain(user_id);
  // It goes on from its head, without the store.
  await storeMessage(store, conversation_id, "four");
  expect(tail.read(3)).toMatchObject([{ seq: 4 }]);
  hub.close();
});

it("keeps no page of a user who is erased", async () => {
  const api = createCaller(createContext({ store, caller: trustedCaller }));
  await storeMessage(store, conversation_id, "one");
  const page = () => api.messages.page({ conversation_id, limit: 10 });
  const [{ user_id = "" } = {}] = (await page()).messages;
  expect((await page()).messages[0]?.user_id).toBe(user_id);
  await eraseUser(store, { user_id, mode: "anonymize" });
  expect((await page()).messages[0]?.user_id).toMatch(/^erased-/);
});
