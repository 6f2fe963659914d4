import { setTimeout as delay } from "node:timers/promises";
import type { Message } from "@chatnest/db";
import { type Ledger, requestMsMax } from "./ledger.ts";
import { clientTimeoutMs } from "./send.ts";

/** Readers at work. */
export interface Readers {
  /** Every message that any reader has seen. */
  readonly seen: readonly Message[];
  stop(): Promise<void>;
}

const pauseMs = 40;
const pageSize = 1_000;
const runMsMax = 90_000;

/**
 * Starts a reader of each conversation through each instance. Each reads on from what it saw last, which has to be there
 * still, and has to find no hole behind it.
 */
export function startReaders(
  urls: readonly string[],
  conversations: readonly string[],
  ledger: Ledger,
): Readers {
  const seen: Message[] = [];
  const end = performance.now() + runMsMax;
  let isStopped = false;

  async function read(url: string, conversation: string): Promise<void> {
    let last: Message | undefined;
    while (!isStopped && performance.now() < end) {
      const after = (last?.seq ?? 1) - 1;
      const page = await readPage(`${url}/messages/${conversation}`, after, ledger);
      // An old primary that a reader still reaches shows less for a while, never something else.
      const wrong = wrongOf(page ?? [], after, last);
      if (wrong) ledger.wrongs.push(`a reader of ${conversation} through ${url}: ${wrong}`);
      for (const message of page ?? []) {
        if (message.seq > (last?.seq ?? 0)) seen.push(message);
      }
      const newest = page?.at(-1);
      if (newest && newest.seq > (last?.seq ?? 0)) last = newest;
      await delay(pauseMs);
    }
  }

  const work = Promise.all(
    urls.flatMap((url) => conversations.map((conversation) => read(url, conversation))),
  );
  return {
    seen,
    async stop() {
      isStopped = true;
      await work;
    },
  };
}

async function readPage(
  url: string,
  after: number,
  ledger: Ledger,
): Promise<Message[] | undefined> {
  const start = performance.now();
  try {
    const response = await fetch(`${url}?after=${after}&limit=${pageSize}`, {
      signal: AbortSignal.timeout(clientTimeoutMs),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Message[];
    if (response.status !== 503) ledger.wrongs.push(`a read: ${response.status} ${text}`);
  } catch {
    // The instance is gone, or cut the connection.
  } finally {
    const ms = performance.now() - start;
    ledger.timed(ms, `a read was answered after ${Math.round(ms)} ms, at most ${requestMsMax}`);
  }
  return undefined;
}

function wrongOf(page: readonly Message[], after: number, last: Message | undefined) {
  const [first] = page;
  if (first && last && (first.seq !== last.seq || first.id !== last.id)) {
    return `it had seen ${JSON.stringify(last)}, now there is ${JSON.stringify(first)}`;
  }
  const hole = page.find(({ seq }, index) => seq !== after + 1 + index);
  return hole && `before ${hole.seq} there is a hole`;
}
