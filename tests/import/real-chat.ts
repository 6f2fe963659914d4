import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The whole of the real chat, where `CHATNEST_REAL_DATA` names it: it is not part of the repository. */
export const wholeChatFile = process.env["CHATNEST_REAL_DATA"] || undefined;
/** An excerpt of it. */
export const chatExcerptFile = fileURLToPath(new URL("../data/ubuntu-irc.jsonl", import.meta.url));
/** As much of it as there is. */
export const realChatFile = wholeChatFile ?? chatExcerptFile;

/** What somebody said. */
export interface Utterance {
  user_id: string;
  content: string;
  /** ISO 8601, UTC, with milliseconds. */
  timestamp: string;
}

/** Reads what was said in each conversation of a file, in the order it was said. */
export async function readRealChat(file: string): Promise<Map<string, Utterance[]>> {
  const conversations = new Map<string, Utterance[]>();
  for (const line of (await readFile(file, "utf8")).split("\n")) {
    if (line === "") continue;
    const { conversation_id, user_id, content, timestamp } = JSON.parse(line);
    const utterance = { user_id, content, timestamp: new Date(timestamp).toISOString() };
    const log = conversations.get(conversation_id);
    if (log) log.push(utterance);
    else conversations.set(conversation_id, [utterance]);
  }
  return conversations;
}

/** Leaves of messages what was said. */
export function toUtterances(messages: readonly Utterance[]): Utterance[] {
  return messages.map(({ user_id, content, timestamp }) => ({ user_id, content, timestamp }));
}
