import { randomUUID } from "node:crypto";
import type { ChatStore, Entry, NewEntry } from "@chatnest/db";

/** Where a message is. */
export interface Target {
  conversation_id: string;
  target_seq: number;
}

/** Stores an entry that has an effect. */
async function put(store: ChatStore, entry: NewEntry): Promise<Entry> {
  const stored = await store.log.append(entry);
  if (!stored.entry || !stored.created) throw new Error("there was nothing to store");
  return stored.entry;
}

/** Lets so many other users react to a message, each with an entry of its own. */
export async function react(store: ChatStore, target: Target, count = 1): Promise<void> {
  const reactors = Array.from({ length: count }, () => randomUUID());
  await Promise.all(
    reactors.map((id) =>
      put(store, { kind: "reaction", id, user_id: id, key: "👍", added: true, ...target }),
    ),
  );
}

/** Gives a message a new text. */
export function edit(store: ChatStore, target: Target, content: string): Promise<Entry> {
  return put(store, { kind: "edit", id: randomUUID(), user_id: "ann", content, ...target });
}

/** Deletes a message. */
export function erase(store: ChatStore, target: Target): Promise<Entry> {
  return put(store, { kind: "deletion", id: randomUUID(), user_id: "ann", ...target });
}
