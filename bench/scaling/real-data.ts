import { randomUUIDv7 } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ChatStore, NewMessage } from "@chatnest/db";
import { realChatFile } from "@chatnest/tests/import/real-chat.ts";
import { append } from "@chatnest/tests/support/append.ts";
import { createRandom } from "./random.ts";

/** How to make much of little. */
export interface RealDataOptions {
  /** How often the logs are told, each time in conversations of their own. @default 1 */
  copies?: number;
  /** Whether conversations keep the names of their channels. @default false: UUIDv7, as the server makes them */
  isNamed?: boolean;
}

/** A message that gets its id when it is sent. */
export type RealMessage = Omit<NewMessage, "kind" | "id" | "timestamp">;

/** Reads the logs of the real channels: what was said in each, in order. */
async function readLogs(): Promise<Map<string, RealMessage[]>> {
  const lines = (await readFile(realChatFile, "utf8")).trim();
  const messages = lines.split("\n").map((line): RealMessage => {
    const { user_id, content, conversation_id } = JSON.parse(line);
    return { user_id, content, conversation_id };
  });
  return Map.groupBy(messages, ({ conversation_id }) => conversation_id ?? "");
}

/**
 * Reads the real messages as if all channels had talked at once: each keeps its order, and who speaks next is random, the
 * same in every run.
 */
export async function readRealMessages(options: RealDataOptions = {}): Promise<RealMessage[]> {
  const { copies = 1, isNamed = false } = options;
  const logs = [...(await readLogs())].flatMap(([name, messages]) =>
    Array.from({ length: copies }, (_, copy) => ({
      id: isNamed ? `${name}-${copy}` : randomUUIDv7(),
      left: messages.values(),
      count: messages.length,
    })),
  );
  const turns = logs.flatMap((log) => Array.from({ length: log.count }, () => log));
  createRandom(1).shuffle(turns);
  return turns.flatMap(({ id, left }) => {
    const { value } = left.next();
    return value ? [{ ...value, conversation_id: id }] : [];
  });
}

/** Sends messages, so many at a time, and says how long it took, in seconds. */
export async function sendAll(
  store: Pick<ChatStore, "log">,
  messages: readonly RealMessage[],
  inFlight: number,
): Promise<number> {
  const start = performance.now();
  const left = messages.values();
  async function send(): Promise<void> {
    // All senders take from the same iterator, so each message is sent once.
    for (const message of left) await append(store, { id: randomUUIDv7(), ...message });
  }
  await Promise.all(Array.from({ length: inFlight }, send));
  return (performance.now() - start) / 1_000;
}
