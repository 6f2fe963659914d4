import { expect } from "vitest";
import { type Message, toMessage } from "../src/entities.ts";
import { isStoreError, type StoreErrorCode } from "../src/errors.ts";
import type { AppendOptions, NewMessage } from "../src/ports/log.ts";
import { readHead } from "../src/read-head.ts";
import type { ChatStore } from "../src/store.ts";
import type { Stream } from "../src/stream.ts";
import { newMessages, upTo } from "./make.ts";

/** What became of one send. */
export type Outcome = "created" | "repeated" | StoreErrorCode;

/** What became of a message that was sent. */
export interface Sent {
  message: Message;
  created: boolean;
}

/** Sends one message. */
export async function send(
  store: Pick<ChatStore, "log">,
  message: NewMessage,
  options?: AppendOptions,
): Promise<Sent> {
  const { entry, created } = await store.log.append(message, options);
  if (entry?.kind !== "message") throw new Error("a send stores a message");
  return { message: toMessage(entry), created };
}

/** Picks what a stored message shows of a new one. */
export function bodyOf({ kind: _, ...body }: NewMessage): Omit<NewMessage, "kind"> {
  return body;
}

/** Sends messages at once and waits for all answers. */
export function appendAll(store: ChatStore, messages: readonly NewMessage[]): Promise<Sent[]> {
  return Promise.all(messages.map((message) => send(store, message)));
}

/** Sends messages at once and says what became of each. */
export function outcomesOf(store: ChatStore, messages: readonly NewMessage[]): Promise<Outcome[]> {
  return Promise.all(messages.map((message) => outcomeOf(send(store, message))));
}

async function outcomeOf(answer: Promise<Sent>): Promise<Outcome> {
  try {
    return (await answer).created ? "created" : "repeated";
  } catch (error) {
    if (isStoreError(error)) return error.code;
    throw error;
  }
}

/** Sends one message after the other. */
export async function appendInTurn(
  store: ChatStore,
  messages: readonly NewMessage[],
): Promise<Message[]> {
  const stored: Message[] = [];
  for (const message of messages) stored.push((await send(store, message)).message);
  return stored;
}

/** Reads a whole stream and checks that it is numbered 1, 2, 3, ... and holds no id twice. */
export async function readLog(store: ChatStore, stream: Stream): Promise<Message[]> {
  const log: Message[] = [];
  for (;;) {
    const after = log.at(-1)?.seq ?? 0;
    const page = await store.messages.page(stream, { after, limit: 1_000, from: "oldest" });
    if (page.length === 0) break;
    // A page that does not go on from here would make this walk endless.
    expect(page[0]?.seq).toBe(after + 1);
    log.push(...page);
  }
  expect(seqsOf(log)).toEqual(upTo(log.length));
  expect(new Set(log.map((message) => message.id)).size).toBe(log.length);
  expect(await readHead(store.log, stream)).toBe(log.length);
  return log;
}

/** Lists positions. */
export function seqsOf(messages: readonly Message[]): number[] {
  return messages.map((message) => message.seq);
}

/** Lists contents. */
export function contentsOf(messages: readonly { content: string }[]): string[] {
  return messages.map((message) => message.content);
}

/** Lists ids. */
export function idsOf(items: readonly { id: string }[]): string[] {
  return items.map((item) => item.id);
}

/** Checks that a call fails with a certain code of a store's error. */
export async function expectRefusal(call: Promise<unknown>, code: StoreErrorCode): Promise<void> {
  await expect(call).rejects.toMatchObject({ name: "StoreError", code });
}

/** Checks that a store refuses what is sent while 10,000 messages wait, and nothing after that. */
export async function expectCrowdRefused(store: ChatStore): Promise<void> {
  const rooms = upTo(100).map((n) => `room-${n}`);
  const messages = rooms.flatMap((conversation_id) => newMessages(101, { conversation_id }));
  const outcomes = await outcomesOf(store, messages);
  expect(outcomes[0]).toBe("created");
  expect(outcomes.slice(10_000)).toEqual(upTo(100).map(() => "unavailable"));
  expect(await outcomesOf(store, messages.slice(-1))).toEqual(["created"]);
}
