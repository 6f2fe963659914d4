import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The file that all of this is about; it lies beside the repository and is not part of it. */
export const realChatFile = fileURLToPath(
  new URL("../../../shared/data/irc/ubuntu.jsonl", import.meta.url),
);

/** What somebody said. */
export interface Utterance {
  user_id: string;
  content: string;
  /** ISO 8601, UTC, with milliseconds. */
  timestamp: string;
}

/**
 * Reads what was said in each conversation, in the order it was said.
 * @throws Error that says what is missing.
 */
export async function readRealChat(): Promise<Map<string, Utterance[]>> {
  const conversations = new Map<string, Utterance[]>();
  for (const line of (await readLines()).split("\n")) {
    if (line === "") continue;
    const { conversation_id, user_id, content, timestamp } = JSON.parse(line);
    const utterance = { user_id, content, timestamp: new Date(timestamp).toISOString() };
    const log = conversations.get(conversation_id);
    if (log) log.push(utterance);
    else conversations.set(conversation_id, [utterance]);
  }
  return conversations;
}

async function readLines(): Promise<string> {
  try {
    return await readFile(realChatFile, "utf8");
  } catch (cause) {
    const text = `the real chat that this test imports is not there: ${realChatFile}`;
    throw new Error(text, { cause });
  }
}

/** Leaves of messages what was said. */
export function toUtterances(messages: readonly Utterance[]): Utterance[] {
  return messages.map(({ user_id, content, timestamp }) => ({ user_id, content, timestamp }));
}
