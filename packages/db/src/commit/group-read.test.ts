import { describe, expect, it } from "vitest";
import { nextTurns } from "../../tests/group-recorder.ts";
import { GroupRead } from "./group-read.ts";

/** A read that answers when it is told to, with the keys in capitals. */
function createReads(options: { keysMax?: number; inFlightMax?: number } = {}) {
  const reads: { keys: readonly string[]; answer(): void; fail(error: Error): void }[] = [];
  const group = new GroupRead<string, string>({
    keysMax: 3,
    inFlightMax: 1,
    ...options,
    read(keys) {
      const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, string>>();
      const found = new Map(keys.map((key) => [key, key.toUpperCase()]));
      reads.push({ keys, answer: () => resolve(found), fail: reject });
      return promise;
    },
  });
  return { group, reads };
}

describe("GroupRead", () => {
  it("reads once what is asked for in one turn, each key once", async () => {
    const { group, reads } = createReads();
    const answers = [["a"], ["b", "a"], ["a"]].map((keys) => group.get(keys));
    await nextTurns();
    expect(reads.map(({ keys }) => keys)).toEqual([["a", "b"]]);
    reads[0]?.answer();
    for (const values of await Promise.all(answers)) expect(values.get("a")).toBe("A");
    expect((await answers[1])?.get("b")).toBe("B");
  });

  it("never answers a call by a read that started before it", async () => {
    const { group, reads } = createReads();
    const early = group.get(["a"]);
    await nextTurns();
    const late = group.get(["a"]);
    let isAnswered = false;
    void late.then(() => {
      isAnswered = true;
    });
    reads[0]?.answer();
    await early;
    await nextTurns();
    expect(isAnswered).toBe(false);
    expect(reads).toHaveLength(2);
    reads[1]?.answer();
    expect((await late).get("a")).toBe("A");
  });

  it("tells all who share a read of its error, and nobody else", async () => {
    const { group, reads } = createReads();
    const shared = [group.get(["a"]), group.get(["b"])];
    await nextTurns();
    const later = group.get(["a"]);
    reads[0]?.fail(new Error("lost"));
    for (const one of shared) await expect(one).rejects.toThrow("lost");
    await nextTurns();
    reads[1]?.answer();
    expect((await later).get("a")).toBe("A");
  });

  it("starts as many reads at once as it may, with as many keys as they may have", async () => {
    const { group, reads } = createReads({ inFlightMax: 2 });
    const answers = [["a", "b"], ["c", "d"], ["e"], ["f", "g", "h", "i"]].map((keys) =>
      group.get(keys),
    );
    await nextTurns();
    expect(reads.map(({ keys }) => keys)).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
    reads[1]?.answer();
    await answers[2];
    await nextTurns();
    // The keys of one call stay together.
    expect(reads[2]?.keys).toEqual(["f", "g", "h", "i"]);
    for (const { answer } of reads) answer();
    await Promise.all(answers);
  });
});
