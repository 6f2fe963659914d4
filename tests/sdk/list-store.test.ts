import { createChatClient, type MessageList } from "@chatnest/client";
import { expect, test } from "vitest";
import { say } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { look } from "./listing.ts";

/**
 * Reads a store as React's useSyncExternalStore does: https://react.dev/reference/react/useSyncExternalStore. The
 * functions are passed without the list, each reading is repeated, and a change is looked for right after a listener
 * is added.
 */
function useStore({ subscribe, getSnapshot }: Pick<MessageList, "subscribe" | "getSnapshot">) {
  const renders: unknown[] = [];
  const wrongs: string[] = [];
  let snapshot = render();
  const leave = subscribe(check);
  check();

  function render() {
    const read = getSnapshot();
    if (getSnapshot() !== read) wrongs.push("the result of getSnapshot should be cached");
    renders.push(read);
    return read;
  }

  function check(): void {
    if (getSnapshot() !== snapshot) snapshot = render();
  }

  return { renders, wrongs, leave, get: () => snapshot };
}

test("a list is a store for useSyncExternalStore", async () => {
  await using server = await startServer();
  await say(server.store, "tea", 100);
  const chat = createChatClient({ url: server.url, userId: "ada" });
  const list = chat.conversation("tea").messages();
  // Mounted twice, as in React's strict mode.
  useStore(list).leave();
  const store = useStore(list);
  const isLive = () => store.get().state.status === "live";
  await until(isLive, { timeoutMs: 5_000, what: "it is live" });
  const before = store.get();
  list.send({ content: "Hello" });
  expect(list.getSnapshot().messages.at(-1)).toMatchObject({ status: "pending" });
  // Told later, once for all that happens at once.
  expect(store.get()).toBe(before);
  await Promise.resolve();
  expect(store.get()).toBe(list.getSnapshot());
  const isSent = () => store.get().messages.at(-1)?.seq === 101;
  await until(isSent, { timeoutMs: 5_000, what: "it is sent" });
  expect(store.wrongs).toEqual([]);
  store.leave();
  const { length } = store.renders;
  list.send({ content: "Nobody looks" });
  await say(server.store, "tea");
  await until(() => list.getSnapshot().messages.length > 51, { timeoutMs: 5_000, what: "sent" });
  expect(store.renders).toHaveLength(length);
});

test("what comes at once is told once", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url, userId: "ada" });
  using looking = look(chat, "tea");
  await looking.untilSettled();
  await say(server.store, "tea", 1_000);
  await looking.until(({ messages }) => messages.length === 1_000);
  expect(looking.told.length).toBeLessThan(200);
});

test("only what has changed is a new object", async () => {
  await using server = await startServer();
  await say(server.store, "tea", 30);
  const chat = createChatClient({ url: server.url, userId: "ada" });
  using looking = look(chat, "tea");
  await looking.untilSettled();
  const { messages } = looking.now;
  await chat.messages.react({ conversation_id: "tea", seq: 7, key: "x" });
  await looking.until((now) => now.messages[6]?.reactions !== undefined);
  const changed = looking.now.messages.filter((message, n) => message !== messages[n]);
  expect(changed.map(({ seq }) => seq)).toEqual([7]);
  // A state alone leaves the messages as they are.
  const before = looking.now;
  looking.list.close();
  expect(looking.now).not.toBe(before);
  expect(looking.now.messages).toBe(before.messages);
});
