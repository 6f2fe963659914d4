import { expect, it } from "vitest";
import type { Mentions } from "../../src/entities.ts";
import type { ChatStore } from "../../src/store.ts";
import { expectFolded } from "../folded.ts";
import { newUsers, upTo } from "../make.ts";
import { newChat } from "../reader.ts";
import { Room } from "../room.ts";

/** Mentions: a part of a message, counted for each user. */
export function mentionsContract(store: () => ChatStore): void {
  it.each<[string, Mentions]>([
    ["one user", ["bob"]],
    ["users", ["zoe", "ann", "\u{1F600}", "a.b.$c", "__proto__"]],
    ["50 users", newUsers(50)],
    ["everyone", "everyone"],
    ["a user called everyone", ["everyone"]],
  ])("of %s come back as they were sent", async (_, mentions) => {
    const room = new Room(store);
    const sent = await room.say({ mentions });
    expect(sent.mentions).toEqual(mentions);
    await room.say();
    const [first, second] = await room.messages();
    expect(first?.mentions).toEqual(mentions);
    expect(second).not.toHaveProperty("mentions");
    expect((await room.message(1))?.mentions).toEqual(mentions);
    expect(await room.entries()).toMatchObject([{ mentions }, {}]);
    expect((await room.entries())[1]).not.toHaveProperty("mentions");
    await expectFolded(store(), room.stream);
  });

  it.each<[string, unknown]>([
    ["nobody", []],
    ["51 users", newUsers(51)],
    ["a user twice", ["bob", "cy", "bob"]],
    ["no valid id", ["bob", " "]],
    ["broken text", ["\ud800"]],
    ["an empty id", [""]],
  ])("of %s are refused", async (_, mentions) => {
    const room = new Room(store);
    const sending = room.say({ mentions: mentions as Mentions });
    await expect(sending).rejects.toMatchObject({ code: "invalid", field: "mentions" });
    expect(await room.head()).toBeUndefined();
  });

  it("belong to what is compared when a send is repeated", async () => {
    const room = new Room(store);
    const message = room.newMessage({ mentions: ["bob", "cy"] });
    const { mentions: _, ...plain } = message;
    await room.store(message);
    const outcomes = await room.outcomes([
      ...[message, { ...message, mentions: ["bob"] }, plain],
      { ...message, mentions: "everyone" },
    ]);
    expect(outcomes).toEqual(["repeated", "conflict", "conflict", "conflict"]);
    await room.remove(1);
    expect(await room.outcomes([message, plain])).toEqual(["repeated", "repeated"]);
  });

  it("stay when the text is edited, and are gone when it is deleted", async () => {
    const room = new Room(store);
    await room.say({ mentions: ["bob"], metadata: { a: 1 } });
    await room.edit(1, { content: "edited" });
    await room.edit(1, { metadata: null });
    expect(await room.message(1)).toMatchObject({ content: "edited", mentions: ["bob"] });
    await room.remove(1);
    expect(await room.message(1)).not.toHaveProperty("mentions");
    expect((await room.messages({ deleted: true }))[0]).not.toHaveProperty("mentions");
    expect(JSON.stringify(await room.entries())).not.toContain("bob");
    await expectFolded(store(), room.stream);
  });

  it("count for those who are mentioned, and for everyone", async () => {
    const { room, ann, bob, other } = await newChat(store);
    const cy = other("cy");
    await cy.join();
    const user_id = bob.id;
    await room.say({ user_id, mentions: [ann.id] });
    await room.say({ user_id, mentions: [cy.id, bob.id] });
    await room.say({ user_id, mentions: "everyone" });
    await room.say({ user_id });
    await room.say({ user_id, mentions: [ann.id, cy.id], thread_seq: 1 });
    expect([await ann.counts(), await bob.counts(), await cy.counts()]).toEqual([
      [0, 5, 3],
      [5, 0, 0],
      [0, 5, 3],
    ]);
    expect(await ann.read(1)).toMatchObject({ unread_count: 4, mention_count: 2 });
    expect(await ann.read(3)).toMatchObject({ unread_count: 2, mention_count: 1 });
    expect(await ann.unread(1)).toMatchObject({ unread_count: 5, mention_count: 3 });
  });

  it("of oneself do not count", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ mentions: [ann.id, bob.id] });
    await room.say({ mentions: "everyone" });
    await ann.unread(1);
    expect([await ann.counts(), await bob.counts()]).toEqual([
      [0, 0, 0],
      [0, 2, 2],
    ]);
  });

  it("do not count when they are deleted, and as before when they are edited", async () => {
    const { room, ann, bob } = await newChat(store);
    const user_id = bob.id;
    for (const n of upTo(4)) {
      await room.say({ user_id, mentions: n % 2 === 0 ? "everyone" : [ann.id] });
    }
    await room.edit(3, { user_id, content: "nobody is mentioned here" });
    expect(await ann.counts()).toEqual([0, 4, 4]);
    await room.remove(3, { user_id });
    await room.remove(4, { user_id });
    expect(await ann.counts()).toEqual([0, 2, 2]);
    await ann.read(1);
    expect(await ann.counts()).toEqual([1, 1, 1]);
  });

  it("of who was not there count when they come to be unread", async () => {
    const { room, bob, other } = await newChat(store);
    const cy = other("cy");
    await room.say({ user_id: bob.id, mentions: [cy.id] });
    await cy.join();
    expect(await cy.counts()).toEqual([1, 0, 0]);
    await cy.unread(1);
    expect(await cy.counts()).toEqual([0, 1, 1]);
  });

  it("do not take one name for another", async () => {
    const { room, ann, bob, other } = await newChat(store);
    const names = ["e\u0301", "\u00e9", "E\u0301", "e\u0301 "];
    const readers = names.map((name) => other(name));
    for (const reader of readers) await reader.join();
    await room.say({ user_id: bob.id, mentions: [readers[0]?.id ?? ""] });
    const counts = await Promise.all([ann, ...readers].map((reader) => reader.counts()));
    expect(counts.map(([, , mentions]) => mentions)).toEqual([0, 1, 0, 0, 0]);
  });
}
