import { type ChatStore, openSqliteStore } from "../src/index.ts";
import { appendAll } from "./log.ts";
import { newMessages } from "./make.ts";

export const conversation_id = "room";
export const ann = { conversation_id, user_id: "ann" };
export const bob = { conversation_id, user_id: "bob" };

/** Opens a store with a conversation of ann and bob. */
export async function openRoom(file = ":memory:") {
  const store = openSqliteStore(file);
  await store.conversations.create({ id: conversation_id, user_ids: ["ann", "bob"] });
  const say = (count: number, user_id = "bob") => {
    return appendAll(store, newMessages(count, { conversation_id, user_id }));
  };
  return { store, say, [Symbol.asyncDispose]: () => store.close() };
}

/** Reads how far a user has read it, and what is new to it. */
export async function stateOf(store: ChatStore, { user_id } = ann) {
  const [item] = await store.conversations.itemsOf(user_id, [conversation_id]);
  if (!item) throw new Error(`${user_id} is not in the conversation`);
  const { read_seq, revision, unread_count, mention_count } = item;
  return { read_seq, revision, unread_count, mention_count };
}
