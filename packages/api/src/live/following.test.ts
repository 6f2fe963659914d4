import { StoreError } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { Following, type FollowingParts } from "./following.ts";

type Parts = FollowingParts<string[], string>;

/** A following of batches of letters; capitals are places to begin again. */
function follow(batches: AsyncIterable<string[]>, parts: Partial<Parts> = {}) {
  let begun = 0;
  const following = new Following<string[], string>({
    begin() {
      begun++;
      return batches;
    },
    toEvents: (news) =>
      news.map((letter) => ({
        event: letter,
        ...(letter === letter.toUpperCase() && { id: letter }),
      })),
    ...parts,
  });
  return { following, begun: () => begun };
}

async function* say(...batches: string[][]): AsyncGenerator<string[]> {
  yield* batches;
}

async function read(events: AsyncIterable<readonly unknown[]>): Promise<string[]> {
  const read: string[] = [];
  for await (const [id, event] of events) read.push(`${id} ${event}`);
  return read;
}

describe("a following", () => {
  it("is read event by event, each with the newest id", async () => {
    const { following } = follow(say(["a"], ["B", "c"], ["d", "E"]));
    expect(await read(following)).toEqual(["0 a", "B B", "B c", "B d", "E E"]);
  });

  it("starts with the given id", async () => {
    const { following } = follow(say(["a", "B"]), { firstId: "epoch-1" });
    expect(await read(following)).toEqual(["epoch-1 a", "B B"]);
  });

  it("passes its batches on unchanged", () => {
    const batches = say(["a"]);
    const { following } = follow(batches);
    expect(following.batches()).toBe(batches);
    expect(following.toEvents(["a", "B"])).toEqual([{ event: "a" }, { id: "B", event: "B" }]);
  });

  it("does not start before it is read", async () => {
    const { following, begun } = follow(say(["a"]));
    const events = following[Symbol.asyncIterator]();
    expect(begun()).toBe(0);
    await events.next();
    expect(begun()).toBe(1);
  });

  it("ends when its reader stops", async () => {
    let isLeft = false;
    async function* saying() {
      try {
        for (;;) yield ["a"];
      } finally {
        isLeft = true;
      }
    }
    for await (const _ of follow(saying()).following) break;
    expect(isLeft).toBe(true);
  });

  it.each([
    ["when it begins", { begin: () => fail() }],
    ["half-way", { begin: () => sayAndFail() }],
  ])("fails with an error of the table %s", async (_, parts) => {
    const { following } = follow(say(), parts);
    await expect(read(following)).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      message: expect.not.stringContaining("secret"),
      cause: { code: "unavailable" },
    });
  });
});

function fail(): never {
  throw new StoreError("unavailable", "secret");
}

async function* sayAndFail(): AsyncGenerator<string[]> {
  yield ["a"];
  fail();
}
