import { expect, it, vi } from "vitest";
import type { Message } from "../../src/entities.ts";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream } from "../../src/stream.ts";
import { appendAll, appendInTurn, expectRefusal, readLog, send } from "../log.ts";
import { newMessage, newMessages, unique } from "../make.ts";

const isoMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const future = "2999-01-01T00:00:00.000Z";

const spellings = [
  ["2004-12-25T09:14:00Z", "2004-12-25T09:14:00.000Z"],
  ["2004-12-25T09:14:00.5Z", "2004-12-25T09:14:00.500Z"],
  ["2004-12-25T09:14:00+02:00", "2004-12-25T07:14:00.000Z"],
  ["2004-12-31T23:30:00.250-05:30", "2005-01-01T05:00:00.250Z"],
  ["1969-07-20T20:17:40.001Z", "1969-07-20T20:17:40.001Z"],
] as const;

/** Timestamps: the store's own never run backwards, imported ones are kept. */
export function timestampsContract(store: () => ChatStore): void {
  it("writes its own timestamps in ISO 8601, UTC, with milliseconds", async () => {
    const before = new Date().toISOString();
    const { message } = await send(store(), newMessage());
    expect(message.timestamp).toMatch(isoMs);
    expect(message.timestamp >= before).toBe(true);
    expect(message.timestamp <= new Date().toISOString()).toBe(true);
  });

  it("never lets the timestamps of sends run backwards", async () => {
    const conversation_id = unique("room");
    await appendAll(store(), newMessages(200, { conversation_id }));
    await appendInTurn(store(), newMessages(5, { conversation_id }));
    expectAscending(await readLog(store(), conversationStream(conversation_id)));
  });

  it("never goes below the message before it when the clock is set back", async () => {
    const conversation_id = unique("room");
    const [first] = await appendInTurn(store(), newMessages(3, { conversation_id }));
    using _clock = setClock("2001-09-09T01:46:40.000Z");
    await appendInTurn(store(), newMessages(3, { conversation_id }));
    const log = await readLog(store(), conversationStream(conversation_id));
    expectAscending(log);
    expect(log[5]?.timestamp.slice(0, 4)).toBe(first?.timestamp.slice(0, 4));
  });

  it("keeps given timestamps, also when they run backwards", async () => {
    const conversation_id = unique("room");
    const given = [
      "2010-05-05T05:05:05.555Z",
      "2004-12-25T09:14:00.000Z",
      "2004-12-25T09:14:00.000Z",
      "1970-01-01T00:00:00.000Z",
      "2024-02-29T23:59:59.999Z",
    ];
    await appendAll(
      store(),
      given.map((timestamp) => newMessage({ conversation_id, timestamp })),
    );
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(log.map((message) => message.timestamp)).toEqual(given);
  });

  it.each(spellings)("answers the given %s as %s", async (timestamp, expected) => {
    const conversation_id = unique("room");
    const sent = newMessage({ conversation_id, timestamp });
    const { message } = await send(store(), sent);
    expect(message.timestamp).toBe(expected);
    expect(await readLog(store(), conversationStream(conversation_id))).toEqual([message]);
  });

  it("does not go below an imported timestamp of the future", async () => {
    const conversation_id = unique("room");
    await send(store(), newMessage({ conversation_id, timestamp: future }));
    const { message } = await send(store(), newMessage({ conversation_id }));
    expect(message.timestamp >= future).toBe(true);
    expect(message.timestamp).toMatch(isoMs);
  });

  it("does not go below the message before it inside one group", async () => {
    const conversation_id = unique("room");
    const before = new Date().toISOString();
    await appendAll(store(), [
      newMessage({ conversation_id }),
      newMessage({ conversation_id, timestamp: future }),
      newMessage({ conversation_id }),
      newMessage({ conversation_id, timestamp: "2004-12-25T09:14:00Z" }),
      newMessage({ conversation_id }),
    ]);
    const log = await readLog(store(), conversationStream(conversation_id));
    const times = log.map((message) => message.timestamp);
    expect(times[1]).toBe(future);
    expect((times[2] ?? "") >= future).toBe(true);
    expect(times[3]).toBe("2004-12-25T09:14:00.000Z");
    expect((times[4] ?? "") >= before).toBe(true);
  });

  it("tells the time of sending after an imported timestamp of the past", async () => {
    const conversation_id = unique("room");
    const before = new Date().toISOString();
    await send(store(), newMessage({ conversation_id, timestamp: "2004-12-25T09:14:00Z" }));
    const { message } = await send(store(), newMessage({ conversation_id }));
    expect(message.timestamp >= before).toBe(true);
  });

  it("does not carry an imported timestamp into another conversation", async () => {
    const after = "2998-01-01T00:00:00.000Z";
    const [imported, sent] = await appendAll(store(), [
      newMessage({ timestamp: after }),
      newMessage(),
    ]);
    expect(imported?.message.timestamp).toBe(after);
    expect((sent?.message.timestamp ?? after) < after).toBe(true);
  });

  it.each(["yesterday", "2004-13-45T00:00:00Z"])("refuses the timestamp %j", async (timestamp) => {
    const conversation_id = unique("room");
    const refused = send(store(), newMessage({ conversation_id, timestamp }));
    await expectRefusal(refused, "invalid");
    expect(await readHead(store().log, conversationStream(conversation_id))).toBe(0);
  });
}

function expectAscending(log: readonly Message[]): void {
  const times = log.map((message) => message.timestamp);
  expect(times).toEqual(times.toSorted());
}

function setClock(now: string): Disposable {
  vi.setSystemTime(now);
  return { [Symbol.dispose]: () => void vi.useRealTimers() };
}
