import { expect, it, vi } from "vitest";
import type { Conversation, Message } from "../../src/entities.ts";
import type { InboxPosition } from "../../src/ports/conversations.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, noteStream } from "../../src/stream.ts";
import { appendAll, expectRefusal, outcomesOf, readLog, send, seqsOf } from "../log.ts";
import { newMessage, newMessages, newNote } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";

/** What a store finds when it is opened on data that another one left. */
export function reopeningContract(open: OpenStore): void {
  it("finds everything as it was", async () => {
    await using opened = await open();
    await furnish(opened.store);
    const before = await readEverything(opened.store);
    expect(before).toMatchObject({ conversations: [{ id: "born" }, { id: "made" }] });
    await opened.store.close();
    expect(await readEverything(await opened.openAgain())).toEqual(before);
  });

  it("keeps the epoch that was minted with its data", async () => {
    await using opened = await open();
    await using other = await open();
    const epoch = await opened.store.epoch();
    expect(epoch).toMatch(/^[a-z0-9]{1,32}$/);
    expect(await other.store.epoch()).not.toBe(epoch);
    await opened.store.close();
    const again = await opened.openAgain();
    expect(await again.epoch()).toBe(epoch);
    await again.renewEpoch();
    const renewed = await again.epoch();
    expect(renewed).not.toBe(epoch);
    await again.close();
    expect(await (await opened.openAgain()).epoch()).toBe(renewed);
  });

  it("goes on counting where it stopped", async () => {
    await using opened = await open();
    await furnish(opened.store);
    await opened.store.close();
    const again = await opened.openAgain();
    const answers = await appendAll(again, [
      newMessage({ conversation_id: "born" }),
      newNote({ user_id: "ann" }),
      newMessage({ conversation_id: "made" }),
      newMessage({ conversation_id: "born" }),
    ]);
    expect(answers.map((answer) => answer.message.seq)).toEqual([31, 2, 1, 32]);
    expect(await readLog(again, conversationStream("born"))).toHaveLength(32);
  });

  it("still knows every id", async () => {
    await using opened = await open();
    const messages = newMessages(20, { conversation_id: "room" });
    const first = await appendAll(opened.store, messages);
    await opened.store.close();
    const again = await opened.openAgain();
    const repeats = await appendAll(again, messages);
    expect(repeats).toEqual(first.map((answer) => ({ ...answer, created: false })));
    const changed = messages.map((message) => ({ ...message, content: "changed" }));
    expect(await outcomesOf(again, changed)).toEqual(changed.map(() => "conflict"));
  });

  it("still knows with whom a conversation was created, and who has left", async () => {
    await using opened = await open();
    await furnish(opened.store);
    await opened.store.close();
    const { conversations, members } = await opened.openAgain();
    const creation = { id: "made", user_ids: ["ann", "bob", "cy"] };
    expect(await conversations.create(creation)).toEqual({ created: false });
    await expectRefusal(conversations.create({ ...creation, user_ids: ["ann"] }), "conflict");
    expect(await conversations.get(["made"], 0)).toMatchObject([{ user_ids: ["ann", "cy"] }]);
    await expectRefusal(members.leave({ conversation_id: "made", user_id: "bob" }), "not_found");
    // The order of joining goes on as well.
    await members.join({ conversation_id: "made", user_id: "aaron" });
    await members.join({ conversation_id: "made", user_id: "bob" });
    expect(await conversations.get(["made"], 0)).toMatchObject([
      { user_ids: ["ann", "cy", "aaron", "bob"], member_count: 4 },
    ]);
  });

  it("does not let timestamps run backwards when the clock was set back meanwhile", async () => {
    await using opened = await open();
    const conversation_id = "room";
    const before = await send(opened.store, newMessage({ conversation_id }));
    await opened.store.close();
    const again = await opened.openAgain();
    vi.setSystemTime("2001-09-09T01:46:40.000Z");
    const after = await send(again, newMessage({ conversation_id })).finally(() =>
      vi.useRealTimers(),
    );
    expect(after.message.timestamp >= before.message.timestamp).toBe(true);
  });

  it("finds what was sent before the store was closed without waiting for the answers", async () => {
    await using opened = await open();
    const answers = appendAll(opened.store, newMessages(300, { conversation_id: "room" }));
    await opened.store.close();
    const messages = (await answers).map((answer) => answer.message);
    const again = await opened.openAgain();
    expect(await readLog(again, conversationStream("room"))).toEqual(messages);
    const [conversation] = await again.conversations.get(["room"], 1_000);
    expect(conversation).toMatchObject({ last_seq: 300, messages });
    expect(conversation?.last_activity_at).toBe(messages.at(-1)?.timestamp);
  });

  it("finds exactly what was answered when it is closed at any moment", async () => {
    await using opened = await open();
    const sent = newMessages(60, { conversation_id: "room" });
    const outcomes = sent.map((message) => send(opened.store, message));
    const settled = Promise.allSettled(outcomes);
    await outcomes[0];
    const late = newMessages(60, { conversation_id: "room" });
    const lateSettled = Promise.allSettled(late.map((m) => send(opened.store, m)));
    await opened.store.close();
    const answered: Message[] = [];
    for (const outcome of [...(await settled), ...(await lateSettled)]) {
      if (outcome.status === "fulfilled") answered.push(outcome.value.message);
      else expect(outcome.reason).toMatchObject({ name: "StoreError", code: "closed" });
    }
    const log = await readLog(await opened.openAgain(), conversationStream("room"));
    expect(log).toEqual(answered);
    expect(seqsOf(answered)).toEqual(answered.map((_, index) => index + 1));
  });

  it("keeps everything over many openings", async () => {
    await using opened = await open();
    let { store } = opened;
    for (let round = 1; round <= 5; round++) {
      await appendAll(store, newMessages(10, { conversation_id: "room" }));
      await store.close();
      store = await opened.openAgain();
      expect(await readLog(store, conversationStream("room"))).toHaveLength(10 * round);
    }
  });
}

async function furnish({ conversations, log, members }: ChatStore): Promise<void> {
  await conversations.create({ id: "made", user_ids: ["ann", "bob", "cy"] });
  await members.leave({ conversation_id: "made", user_id: "bob" });
  for (const message of newMessages(30, { conversation_id: "born", user_id: "ann" })) {
    await log.append(message);
  }
  await log.append(newNote({ user_id: "ann", timestamp: "2004-12-25T09:14:00Z" }));
}

interface Everything {
  conversations: Conversation[];
  notes: Message[];
  log: Message[];
  inbox: InboxPosition[];
}

async function readEverything(store: ChatStore): Promise<Everything> {
  return {
    conversations: await store.conversations.get(["born", "made"], 50),
    notes: await readLog(store, noteStream("ann")),
    log: await readLog(store, conversationStream("born")),
    inbox: await store.conversations.inbox("ann", { limit: 10 }),
  };
}
