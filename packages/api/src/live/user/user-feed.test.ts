import { describe, expect, it } from "vitest";
import { UserFeed } from "./user-feed.ts";

describe("the feed of a user who reads nothing", () => {
  it("queues a thousand membership news, and is lost with one more", async () => {
    const feed = new UserFeed("ann");
    const join = (n: number) =>
      feed.announce({ kind: "joined", conversation_id: `room-${n}`, last_seq: 0 });
    for (let n = 0; n < 1_000; n++) join(n);
    expect(feed.isLost).toBe(false);
    await feed.take(() => undefined);
    join(1_000);
    expect(feed.isLost).toBe(false);
    for (let n = 0; n < 100; n++) join(1_001 + n);
    expect(feed.isLost).toBe(true);
    let taken = 0;
    while (await feed.take(() => undefined)) taken++;
    expect(taken).toBe(1_000);
  });
});
