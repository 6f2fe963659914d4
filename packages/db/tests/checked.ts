import { checkStore } from "../src/checks/check-store.ts";
import type { ChatStore } from "../src/store.ts";
import { Room } from "./room.ts";

/** Fills a store with everything that is derived from logs. */
export async function fill(store: ChatStore): Promise<void> {
  await store.conversations.create({ id: "room", user_ids: ["alice", "bob"] });
  const room = new Room(() => store, { user_id: "alice", conversation_id: "room" });
  await room.say({ content: "one", mentions: ["bob"] });
  await room.say({ content: "two", thread_seq: 1 });
  await room.edit(1, { content: "one, edited" });
  await room.react(1, "heart", "bob");
  await room.say({ content: "three", user_id: "bob", mentions: "everyone" });
  await room.say({ content: "four" });
  await room.remove(6);
  await store.reads.mark({ conversation_id: "room", user_id: "alice" }, { unread_from: 2 });
  const notes = new Room(() => store, { user_id: "alice", conversation_id: null });
  await notes.say();
  await notes.say();
}

/** Checks a store, and returns what is found, a line each. */
export async function findings(store: ChatStore): Promise<string[]> {
  const found: string[] = [];
  const options = { isAlone: true, onProgress() {} };
  for await (const { where, what } of checkStore(store, options)) found.push(`${where}: ${what}`);
  return found;
}
