import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebEventStream } from "../rest/events/web-events.ts";
import { Heartbeat } from "./heartbeat.ts";
import { WebAnswer } from "./web-answer.ts";

const never = new AbortController().signal;
const decoder = new TextDecoder();

function open() {
  const answer = new WebAnswer(never);
  const events = new WebEventStream(answer);
  return { answer, events, reader: events.body.getReader() };
}

async function readText({ read }: { read(): Promise<{ value?: Uint8Array | undefined }> }) {
  return decoder.decode((await read()).value);
}

describe("events on a web stream", () => {
  it("come as they are written, and the last ones before the end", async () => {
    const { answer, events, reader } = open();
    expect(events.write("one")).toBeUndefined();
    expect(events.write(Buffer.from("two"))).toBeUndefined();
    events.end();
    const read = () => reader.read();
    expect([await readText({ read }), await readText({ read })]).toEqual(["one", "two"]);
    expect(answer.closed).toBe(false);
    expect((await reader.read()).done).toBe(true);
    expect(answer.closed).toBe(true);
  });

  it("are copies: a reader may change or transfer what it gets", async () => {
    const [one, other] = [open(), open()];
    const shared = Buffer.from("shared");
    one.events.write(shared);
    other.events.write(shared);
    const { value } = await one.reader.read();
    if (value) structuredClone(value, { transfer: [value.buffer as ArrayBuffer] });
    expect(await readText({ read: () => other.reader.read() })).toBe("shared");
  });

  it("make the writer wait for a slow reader, however much it has", async () => {
    const { events, reader } = open();
    const batch = "x".repeat(10_000);
    expect(events.write(batch)).toBeUndefined();
    const room = events.write(batch);
    const first = await Promise.race([
      room,
      new Promise((resolve) => setImmediate(resolve, "full")),
    ]);
    expect(first).toBe("full");
    await reader.read();
    await room;
  });

  it("free a writer that waits when the reader leaves", async () => {
    const { answer, events, reader } = open();
    const room = events.write("x".repeat(100_000));
    await reader.cancel();
    await room;
    expect(answer.closed).toBe(true);
    expect(events.write("more")).toBeUndefined();
    events.end();
  });

  it("fail for a reader that waits when the request is aborted", async () => {
    const leaving = new AbortController();
    const answer = new WebAnswer(leaving.signal);
    const reader = new WebEventStream(answer).body.getReader();
    const reading = reader.read();
    leaving.abort();
    await expect(reading).rejects.toThrow("cut off");
  });
});

it("fails at once when the request was aborted before there was an answer", async () => {
  const answer = new WebAnswer(AbortSignal.abort());
  const source = new ReadableStream<Uint8Array>();
  await expect(answer.carry(source).getReader().read()).rejects.toThrow("cut off");
});

it("leaves nothing on a signal that many requests share", async () => {
  const { signal } = new AbortController();
  const answers = Array.from({ length: 3 }, () => new WebAnswer(signal));
  expect(getEventListeners(signal, "abort")).toHaveLength(3);
  for (const answer of answers) await new WebEventStream(answer).body.cancel();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("the heartbeat of a web stream", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  async function beat(heartbeat: Heartbeat, answer: WebAnswer, said: () => number) {
    const before = said();
    await vi.advanceTimersByTimeAsync(15_000);
    await expect.poll(() => answer.closed || said() > before).toBe(true);
    return heartbeat;
  }

  it("keeps one that is read, and closes one that nobody reads", async () => {
    const { answer, events, reader } = open();
    const heartbeat = new Heartbeat();
    let said = 0;
    heartbeat.follow(answer, () => {
      said++;
      events.sayAlive();
    });
    for (let beats = 1; beats <= 3; beats++) {
      await beat(heartbeat, answer, () => said);
      expect(await readText({ read: () => reader.read() })).toBe(": \n\n");
    }
    await beat(heartbeat, answer, () => said);
    expect(answer.closed).toBe(false);
    await beat(heartbeat, answer, () => said);
    expect(answer.closed).toBe(true);
  });
});
