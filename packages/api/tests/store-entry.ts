import { randomUUID } from "node:crypto";
import type { ChatStore, Entry, MessageEntry, NewEntry } from "@chatnest/db";

type WithoutAuthor<TEntry> = TEntry extends NewEntry ? Omit<TEntry, "id" | "user_id"> : never;

/** What an entry says, without an author. */
export type Saying = WithoutAuthor<NewEntry>;

/** Stores an entry of Ann, which must not be without effect. */
export async function storeEntry(store: ChatStore, saying: Saying): Promise<Entry> {
  const { entry } = await store.log.append({ id: randomUUID(), user_id: "ann", ...saying });
  if (!entry) throw new Error("there was nothing to store");
  return entry;
}

/** Stores a message of Ann. */
export async function storeMessage(
  store: ChatStore,
  conversation_id: string,
  content = "x",
): Promise<MessageEntry> {
  const entry = await storeEntry(store, { kind: "message", conversation_id, content });
  if (entry.kind !== "message") throw new Error("another entry has the id");
  return entry;
}
