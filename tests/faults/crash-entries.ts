import type { ChatStore, NewEntry } from "@chatnest/db";
import { append } from "../support/append.ts";

const common = { id: "crash-entry", user_id: "alice", conversation_id: "room" };

/** The entries during whose storing a process crashes, by their names, for the log that {@link fillRoom} leaves. */
export const crashEntries = {
  edit: { ...common, kind: "edit", target_seq: 1, content: "edited" },
  "edit again": { ...common, kind: "edit", target_seq: 2, content: "edited" },
  react: { ...common, kind: "reaction", target_seq: 1, key: "+1", added: true },
  unreact: { ...common, kind: "reaction", target_seq: 2, key: "+1", added: false },
  reply: { ...common, kind: "message", content: "a reply", thread_seq: 1 },
  delete: { ...common, kind: "deletion", target_seq: 2 },
  "delete a reply": { ...common, kind: "deletion", target_seq: 3 },
} as const satisfies Record<string, NewEntry>;

/** How many write commands each of them takes. */
export const crashWrites: Record<keyof typeof crashEntries, number> = {
  // It marks the conversation as active, then the message as changed.
  edit: 3,
  "edit again": 2,
  react: 3,
  // Taking off the mark of the reaction comes last.
  unreact: 3,
  // The author joins, as with every message of one who is not known to be a member.
  reply: 4,
  // Erasing is a command for each kind of update.
  delete: 3,
  "delete a reply": 4,
};

/** Returns the entry of a name. */
export function crashEntryOf(name: string): NewEntry {
  const entry = Object.entries(crashEntries).find(([known]) => known === name)?.[1];
  if (!entry) throw new Error(`there is no entry with the name ${name}`);
  return entry;
}

/** Stores what the entries change. */
export async function fillRoom(store: ChatStore): Promise<void> {
  const { id: _, ...rest } = common;
  const say = (id: string, thread_seq?: number) =>
    append(store, {
      ...rest,
      id,
      content: "the secret",
      ...(thread_seq !== undefined && { thread_seq }),
    });
  await say("message-1");
  await say("message-2");
  await say("message-3", 2);
  await store.log.append({ ...rest, id: "edit-of-2", kind: "edit", target_seq: 2, content: "x" });
  const reaction = { ...rest, kind: "reaction", target_seq: 2, key: "+1", added: true } as const;
  await store.log.append({ ...reaction, id: "reaction" });
  await store.log.append({ ...reaction, id: "reaction-of-bob", user_id: "bob" });
}
