import { expect, it } from "vitest";
import type { ChatStore, StoreEvent } from "../../src/store.ts";
import { send } from "../log.ts";
import { newMessage, newMessages, unique } from "../make.ts";

/** Events of one conversation, without what comes twice. */
function listen(store: ChatStore, conversationId: string) {
  const heard = new Map<string, StoreEvent>();
  const stop = store.watch((event) => {
    const id = event.kind === "entry" ? event.entry.conversation_id : idOf(event);
    // The fields of an entry have no order.
    const key = event.kind === "entry" ? `entry ${event.entry.seq}` : JSON.stringify(event);
    if (id === conversationId) heard.set(key, event);
  });
  return { heard: () => [...heard.values()], stop };
}

function idOf(event: Exclude<StoreEvent, { kind: "entry" }>): string | undefined {
  return "conversation_id" in event ? event.conversation_id : undefined;
}

/** What a store tells of the changes that it makes itself. */
export function watchContract(store: () => ChatStore): void {
  it("tells of each message by the time it is acknowledged, in order", async () => {
    const conversation_id = unique("room");
    const { heard, stop } = listen(store(), conversation_id);
    const appended = await Promise.all(
      newMessages(50, { conversation_id }).map((message) => send(store(), message)),
    );
    const entries = heard().flatMap((event) => (event.kind === "entry" ? [event.entry] : []));
    expect(entries).toEqual(appended.map(({ message }) => ({ kind: "message", ...message })));
    stop();
  });

  it("tells who joins and leaves, and nothing of what changed nothing", async () => {
    const conversation_id = unique("room");
    const { heard, stop } = listen(store(), conversation_id);
    const { conversations, log, members } = store();
    await conversations.create({ id: conversation_id, user_ids: ["ann", "bob"] });
    await conversations.create({ id: conversation_id, user_ids: ["ann", "bob"] });
    await members.join({ conversation_id, user_id: "cy" });
    await members.join({ conversation_id, user_id: "cy" });
    await members.leave({ conversation_id, user_id: "bob" });
    await log.append(newMessage({ conversation_id, user_id: "dan" }));
    const told = heard().map((event) => ("user_id" in event ? [event.kind, event.user_id] : []));
    expect(told).toEqual([
      ["joined", "ann"],
      ["joined", "bob"],
      ["joined", "cy"],
      ["left", "bob"],
      ["joined", "dan"],
      [],
    ]);
    stop();
  });

  it("tells nothing after it was stopped", async () => {
    const conversation_id = unique("room");
    const { heard, stop } = listen(store(), conversation_id);
    await send(store(), newMessage({ conversation_id }));
    stop();
    const before = heard();
    await send(store(), newMessage({ conversation_id }));
    expect(heard()).toEqual(before);
  });
}
