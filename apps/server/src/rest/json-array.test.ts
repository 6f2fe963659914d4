import { describe, expect, it } from "vitest";
import { openJsonArray } from "./json-array.ts";

/** Items that say how many of them were taken, and whether they were let go of. */
function createItems(count: number, { size = 10, failAt = Number.POSITIVE_INFINITY } = {}) {
  const state = { taken: 0, isReturned: false };
  async function* generate(): AsyncGenerator<{ n: number; text: string }> {
    try {
      for (let n = 1; n <= count; n++) {
        if (n === failAt) throw new Error("failed");
        state.taken = n;
        yield { n, text: "x".repeat(size) };
      }
    } finally {
      state.isReturned = true;
    }
  }
  return { state, items: generate() };
}

function neverCut(): boolean {
  throw new Error("was cut");
}

describe("a JSON array", () => {
  it.each([0, 1, 2, 1_000])("holds all of %i items, in order", async (count) => {
    const { items } = createItems(count);
    const text = await new Response(await openJsonArray(items, neverCut)).text();
    const numbers = (JSON.parse(text) as { n: number }[]).map(({ n }) => n);
    expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  it("takes only what is read, and comes in chunks of an even size", async () => {
    const { state, items } = createItems(100_000, { size: 100 });
    const reader = (await openJsonArray(items, neverCut)).getReader();
    expect(state.taken).toBe(1);
    const { value } = await reader.read();
    expect(value?.byteLength).toBeGreaterThan(16 * 1024);
    expect(value?.byteLength).toBeLessThan(64 * 1024);
    const taken = state.taken;
    expect(taken).toBeLessThan(1_000);
    await new Promise(setImmediate);
    expect(state.taken).toBe(taken);
    await reader.cancel();
  });

  it("does not begin when the first item cannot be read", async () => {
    const { items } = createItems(3, { failAt: 1 });
    await expect(openJsonArray(items, neverCut)).rejects.toThrow("failed");
  });

  it("is no failure when its reader leaves while a chunk is read", async () => {
    const { promise: isGoingOn, resolve: goOn } = Promise.withResolvers<void>();
    async function* generate(): AsyncGenerator<number> {
      yield 1;
      await isGoingOn;
      yield 2;
    }
    const heard: unknown[] = [];
    const cut = (error: unknown) => heard.push(error) > 0;
    const reader = (await openJsonArray(generate(), cut)).getReader();
    const reading = reader.read();
    const leaving = reader.cancel();
    goOn();
    await leaving;
    expect([await reading, heard]).toEqual([{ done: true, value: undefined }, []]);
  });

  it("is never whole after an error half-way", async () => {
    const { state, items } = createItems(10_000, { failAt: 9_000 });
    const heard: unknown[] = [];
    const reader = (
      await openJsonArray(items, (error) => {
        heard.push(error);
        return false;
      })
    ).getReader();
    let text = "";
    const decoder = new TextDecoder();
    await expect(
      (async () => {
        for (;;) text += decoder.decode((await reader.read()).value);
      })(),
    ).rejects.toThrow("failed");
    expect(heard).toHaveLength(1);
    expect(text.endsWith("]")).toBe(false);
    expect(state.isReturned).toBe(true);
  });

  it("is left to the connection's end when that was cut", async () => {
    const { items } = createItems(2, { failAt: 2 });
    const stream = await openJsonArray(items, () => true);
    const reader = stream.getReader();
    const answer = await Promise.race([
      reader.read(),
      new Promise((resolve) => setImmediate(resolve, "nothing")),
    ]);
    expect(answer).toBe("nothing");
    await reader.cancel();
  });

  it("lets go of the items when the reader leaves", async () => {
    const { state, items } = createItems(10_000);
    const reader = (await openJsonArray(items, neverCut)).getReader();
    await reader.read();
    await reader.cancel();
    expect(state.isReturned).toBe(true);
  });
});
