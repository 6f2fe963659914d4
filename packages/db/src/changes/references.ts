import type { NewEntry } from "../ports/log.ts";

/** Returns the positions of the messages that an entry refers to. */
export function referencesOf(entry: NewEntry): number[] {
  if (entry.kind !== "message") return [entry.target_seq];
  return [entry.reply_to, entry.thread_seq].filter((seq) => seq !== undefined);
}
