import { afterEach, describe, expect, it, vi } from "vitest";
import type { Message } from "../entities.ts";
import type { StoreEvent, WatchState } from "../store.ts";
import { KeptReads, sizeOfMessages } from "./kept-reads.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A message of some length. */
function messageOf(length: number): Message {
  return {
    id: "message-1",
    user_id: "ann",
    content: "x".repeat(length),
    timestamp: new Date(0).toISOString(),
    conversation_id: "room",
    seq: 1,
  };
}

const entry: StoreEvent = { kind: "entry", entry: { kind: "message", ...messageOf(1) } };
const asked = { stream: "c:room", view: "", head: 1 } as const;

/** Keeps over a store that tells what a test says. */
function createKept(options: { sizeMax?: number; watchState?: WatchState } = {}) {
  const { watchState = "live", ...rest } = options;
  let tell = (_: StoreEvent) => {};
  const kept = new KeptReads<Message[]>({
    watch(listener) {
      tell = listener;
      return () => {};
    },
    watchState: () => watchState,
    sizeOf: sizeOfMessages,
    ...rest,
  });
  let reads = 0;
  const read = (stream: `c:${string}`, head: number, length = 1) =>
    kept.at({ stream, view: "", head }, async () => {
      reads++;
      return [messageOf(length)];
    });
  return { kept, read, tell: (event: StoreEvent) => tell(event), countReads: () => reads };
}

describe("what was read of logs", () => {
  it("is read once for each head", async () => {
    const { read, countReads } = createKept();
    const first = await read("c:room", 1);
    expect(await read("c:room", 1)).toBe(first);
    expect(await read("c:room", 2)).not.toBe(first);
    // A late answer about an older head.
    expect(await read("c:room", 1)).not.toBe(first);
    expect(countReads()).toBe(3);
    await read("c:room", 2);
    expect(countReads()).toBe(3);
  });

  it("is frozen, with all that is in it", async () => {
    const messages = await createKept().read("c:room", 1);
    expect([messages, ...messages].every(Object.isFrozen)).toBe(true);
  });

  it("is shared by those who ask at the same time, and so is an error, once", async () => {
    const { kept, countReads, read } = createKept();
    const failing = () => Promise.reject(new Error("away"));
    const both = [kept.at(asked, failing), read("c:room", 1)];
    for (const one of both) await expect(one).rejects.toThrow("away");
    expect(countReads()).toBe(0);
    await Promise.all([read("c:room", 1), read("c:room", 1)]);
    expect(countReads()).toBe(1);
  });

  it("leaves the memory when its log is written to, or events were missed", async () => {
    const { kept, read, tell, countReads } = createKept();
    await Promise.all([read("c:room", 1), read("c:other", 1)]);
    const { size } = kept;
    tell(entry);
    expect(kept.size).toBe(size / 2);
    tell({ kind: "missed" });
    expect(kept.size).toBe(0);
    await Promise.all([read("c:room", 1), read("c:other", 1)]);
    expect(countReads()).toBe(4);
  });

  it("is not kept when its log was written to while it was read", async () => {
    const { kept, tell } = createKept();
    await kept.at(asked, async () => {
      tell(entry);
      return [messageOf(1)];
    });
    expect(kept.size).toBe(0);
  });

  it("is as much as fits, what was asked for last", async () => {
    const { kept, read, countReads } = createKept({ sizeMax: 3_500 });
    for (const name of ["a", "b", "a", "c", "a", "b"]) await read(`c:${name}`, 1, 1_000);
    // The first and the last one of b, and one of each other.
    expect(countReads()).toBe(4);
    expect(kept.size).toBeLessThanOrEqual(3_500);
    await read("c:long", 1, 4_000);
    expect(kept.size).toBeGreaterThan(0);
    expect(kept.size).toBeLessThanOrEqual(3_500);
  });

  it("is read again after 5 s where nobody tells of a restored backup", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { read, countReads } = createKept({ watchState: "alone" });
    await read("c:room", 1);
    vi.advanceTimersByTime(4_900);
    await read("c:room", 1);
    expect(countReads()).toBe(1);
    vi.advanceTimersByTime(200);
    await read("c:room", 1);
    expect(countReads()).toBe(2);
  });
});
