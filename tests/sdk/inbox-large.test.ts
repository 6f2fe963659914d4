import { createChatClient } from "@chatnest/client";
import type { ChatStore } from "@chatnest/db";
import { expect, test } from "vitest";
import { append } from "../support/append.ts";
import { startServer } from "../support/server.ts";
import { lookIn, readTruth, untilTrue } from "./inboxing.ts";
import { MoodyNetwork } from "./moody-network.ts";

/** Fills conversations of ada and bob, each with as many messages as its number modulo 3. */
async function fill(store: ChatStore, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const id = `room-${n}`;
    await store.conversations.create({ id, user_ids: ["ada", "bob"] });
    for (let said = 0; said < n % 3; said++) {
      const body = { user_id: "bob", content: `${said}`, conversation_id: id };
      await append(store, { id: `message-${said}`, ...body });
    }
  }
}

test("1,000 conversations are loaded page by page, and stay in step", async () => {
  await using server = await startServer();
  await fill(server.store, 1_000);
  const network = new MoodyNetwork();
  const fetch = network.fetch as unknown as typeof globalThis.fetch;
  const ada = createChatClient({ url: server.url, userId: "ada", fetch });
  const bob = createChatClient({ url: server.url, userId: "bob" });
  using looking = lookIn(ada.inbox({ limit: 100 }));
  await looking.untilLive();
  expect(looking.now.has_more).toBe(true);
  // The totals are of all, not only of those that are loaded.
  const totals = { conversations: 666, messages: 999, mentions: 0 };
  expect(looking.now.totals).toEqual(totals);
  await looking.inbox.loadMore();
  await Promise.all([looking.inbox.loadMore(), looking.inbox.loadMore()]);
  expect(looking.now.conversations).toHaveLength(300);
  expect(looking.now.totals).toEqual(totals);
  // One that is not loaded yet comes to the top.
  await bob.messages.send({ conversation_id: "room-1", content: "Hello" });
  await looking.until(({ conversations: [first] }) => first?.id === "room-1");
  expect(looking.now.totals).toEqual({ ...totals, messages: 1_000 });
  const sending = Array.from({ length: 20 }, (_, n) =>
    bob.messages.send({ conversation_id: `room-${n * 49}`, content: "meanwhile" }),
  );
  while (looking.now.has_more) await looking.inbox.loadMore();
  await Promise.all(sending);
  await untilTrue([looking], () => readTruth(bob, "ada"));
  expect(looking.now.conversations).toHaveLength(1_000);
  await looking.inbox.loadMore();
  // All loaded pages are read again at once.
  const before = network.asked.length;
  network.cut();
  await looking.until(({ state }) => state.status !== "live");
  await bob.messages.send({ conversation_id: "room-500", content: "while away" });
  await looking.untilLive();
  await untilTrue([looking], () => readTruth(bob, "ada"));
  const asked = network.asked.slice(before).filter((path) => path.includes("conversations.page"));
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(looking.now.conversations[0]?.id).toBe("room-500");
}, 60_000);

test("a list asks for next to nothing while others talk", async () => {
  await using server = await startServer();
  await fill(server.store, 30);
  const network = new MoodyNetwork();
  const fetch = network.fetch as unknown as typeof globalThis.fetch;
  const ada = createChatClient({ url: server.url, userId: "ada", fetch });
  const bob = createChatClient({ url: server.url, userId: "bob" });
  using looking = lookIn(ada.inbox({ limit: 50 }));
  await looking.untilLive();
  const before = network.asked.length;
  for (let n = 0; n < 400; n++) {
    await bob.messages.send({ conversation_id: `room-${n % 30}`, content: `${n}` });
  }
  await untilTrue([looking], () => readTruth(bob, "ada"));
  // Its numbers are counted from what it hears, and compared with the totals that the server tells.
  expect(network.asked.slice(before).length).toBeLessThanOrEqual(2);
}, 30_000);
