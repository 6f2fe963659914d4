import type { NewEntry } from "../ports/log.ts";

/** Tells whether an entry refers to a message. */
export function refers(entry: NewEntry): boolean {
  return referencesOf(entry).length > 0;
}

/** Returns the positions of the messages that an entry refers to. */
export function referencesOf(entry: NewEntry): number[] {
  if (entry.kind !== "message") return [entry.target_seq];
  return [entry.reply_to, entry.thread_seq].filter((seq) => seq !== undefined);
}
