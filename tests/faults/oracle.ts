import type { Conversation, Message } from "@chatnest/db";
import { expect } from "vitest";
import type { Ledger } from "./ledger.ts";
import type { Load } from "./writers.ts";

/** What the stores lost and doubled. */
export interface Verdict {
  /** Acknowledged, yet not stored as acknowledged. */
  lost: string[];
  /** Stored more than once. */
  doubled: string[];
}

/** All messages of some conversations, by conversation. */
export type Histories = ReadonlyMap<string, readonly Message[]>;

/** Reads all history through every instance, and checks that each inbox shows its end and that all of it was sent. */
export async function readHistories(urls: readonly string[], load: Load): Promise<Histories> {
  const histories = new Map<string, Message[]>();
  for (const conversation of load.conversations) {
    const history = await readSameHistory(urls, conversation);
    histories.set(conversation, history);
    await checkInbox(urls, conversation, history);
  }
  checkWasSent(load, [...histories.values()].flat());
  return histories;
}

/** Checks that what somebody was shown is there still, as it was shown. */
export function checkIsKept(histories: Histories, seen: readonly Message[]): void {
  for (const message of seen) {
    const kept = histories.get(message.conversation_id ?? "")?.[message.seq - 1];
    expect(kept, "what a reader has seen is never rolled back").toEqual(message);
  }
}

/** Compares what is stored with what writers were told. */
export function judge(histories: Histories, ledger: Ledger): Verdict {
  const stored = [...histories.values()].flat();
  return {
    lost: [...ledger.acknowledged.values()]
      .filter(({ conversation_id, seq, id }) => {
        return histories.get(conversation_id ?? "")?.[seq - 1]?.id !== id;
      })
      .map((message) => JSON.stringify(message)),
    doubled: [...Map.groupBy(stored, ({ id }) => id)]
      .filter(([, messages]) => messages.length > 1)
      .map(([, messages]) => JSON.stringify(messages)),
  };
}

/** Reads a whole history through every instance, which have to agree byte for byte, and checks that it has no hole. */
export async function readSameHistory(
  urls: readonly string[],
  conversation: string,
): Promise<Message[]> {
  const texts = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(`${url}/messages/${conversation}`);
      expect(response.status).toBe(200);
      return response.text();
    }),
  );
  expect(new Set(texts).size, "every instance returns the same history").toBe(1);
  const history = JSON.parse(texts[0] ?? "[]") as Message[];
  const seqs = history.map(({ seq }) => seq);
  expect(seqs, "seq is dense from 1").toEqual(history.map((_, index) => index + 1));
  return history;
}

async function checkInbox(
  urls: readonly string[],
  conversation: string,
  history: readonly Message[],
): Promise<void> {
  const newest = history.at(-1);
  expect(newest, `something was said in ${conversation}`).toBeDefined();
  const expected = {
    last_seq: newest?.seq,
    last_activity_at: newest?.timestamp,
    messages: [newest],
  };
  for (const url of urls) {
    const member = newest?.user_id ?? "";
    const response = await fetch(`${url}/conversations/${member}?messages=1`);
    const inbox = (await response.json()) as Conversation[];
    const shown = inbox.find(({ id }) => id === conversation);
    expect(shown, "the inbox shows the newest message").toMatchObject(expected);
  }
}

function checkWasSent({ ledger }: Load, stored: readonly Message[]): void {
  const unsent = stored.filter(({ id, user_id, content, conversation_id }) => {
    const sent = ledger.sent.get(id);
    return (
      sent?.user_id !== user_id ||
      sent.content !== content ||
      sent.conversation_id !== conversation_id
    );
  });
  expect(unsent, "every stored message was sent").toEqual([]);
  const senders = Map.groupBy(stored, ({ user_id }) => user_id);
  for (const messages of senders.values()) {
    const order = messages.map(({ content }) => Number.parseInt(content, 10));
    expect(order, "a sender's own order is kept").toEqual(order.toSorted((a, b) => a - b));
  }
}
