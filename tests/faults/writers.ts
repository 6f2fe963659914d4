import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Ledger, type Sent } from "./ledger.ts";
import { send } from "./send.ts";

/** Who writes, and where. */
interface Writer {
  name: string;
  conversation_id: string;
  /** The instances that it may write through; after an unknown outcome it goes on through the next. */
  urls: readonly string[];
}

/** Writers at work. */
export interface Load {
  readonly ledger: Ledger;
  readonly conversations: readonly string[];
  readonly users: readonly string[];
  /** Begins no more messages, tries the last ones to their end, and returns when all writers have. */
  stop(): Promise<void>;
}

const pauseBetweenSendsMs = 15;
const pauseBeforeRepeatMs = 250;
const quietConversations = 4;
/** Bounds, whatever goes wrong. */
const messagesPerWriterMax = 2_000;
const triesPerMessageMax = 200;
const runMsMax = 90_000;

/**
 * Starts writers on five conversations: one that two writers write through each instance, and others with one writer each.
 */
export function startLoad(urls: readonly string[]): Load {
  const run = randomUUID().slice(0, 8);
  const ledger = new Ledger();
  const hot = `hot-${run}`;
  const writers: Writer[] = urls.flatMap((_, index) =>
    ["a", "b"].map((name) => ({
      name: `hot-${index}${name}-${run}`,
      conversation_id: hot,
      urls: rotated(urls, index),
    })),
  );
  for (let index = 0; index < quietConversations; index++) {
    const name = `quiet-${index}-${run}`;
    writers.push({ name, conversation_id: name, urls: rotated(urls, index) });
  }

  const controller = new AbortController();
  const end = performance.now() + runMsMax;
  const isOver = () => controller.signal.aborted || performance.now() > end;
  const work = Promise.all(writers.map((writer) => write(writer, ledger, isOver)));
  return {
    ledger,
    conversations: [...new Set(writers.map(({ conversation_id }) => conversation_id))],
    users: writers.map(({ name }) => name),
    async stop() {
      controller.abort();
      await work;
    },
  };
}

async function write(writer: Writer, ledger: Ledger, isOver: () => boolean): Promise<void> {
  const { name, conversation_id, urls } = writer;
  let at = 0;
  ledger.begin(name);
  for (let count = 1; count <= messagesPerWriterMax && !isOver(); count++) {
    const sent: Sent = {
      id: randomUUID(),
      user_id: name,
      content: `${count} of ${name}`,
      conversation_id,
    };
    // Tried until its outcome is known, so that the next one comes after it.
    for (let tries = 0; tries < triesPerMessageMax; tries++) {
      const start = performance.now();
      const answer = await send(urls[at % urls.length] ?? "", sent);
      ledger.record(name, sent, { answer, ms: performance.now() - start });
      if (answer.kind !== "unknown") break;
      at++;
      await delay(pauseBeforeRepeatMs);
    }
    await delay(pauseBetweenSendsMs);
  }
}

function rotated(urls: readonly string[], by: number): string[] {
  return urls.map((_, index) => urls[(index + by) % urls.length] ?? "");
}
