import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Versions: the texts that a message has and had. */
export function versionsContract(store: () => ChatStore): void {
  const newRoom = () => new Room(store);

  it("of a message that was never edited are what was sent", async () => {
    const room = newRoom();
    const { seq, user_id, content, timestamp } = await room.say();
    await room.react(1, "+1");
    await room.say({ thread_seq: 1 });
    expect(await room.versions(1)).toEqual([{ seq, user_id, content, timestamp }]);
  });

  it("are in the order of the log, each with all that was current", async () => {
    const room = newRoom();
    const sent = await room.say({ content: "a", metadata: { n: 1 } });
    await room.react(1, "+1");
    const first = await room.edit(1, { content: "b", user_id: "bob" });
    const second = await room.edit(1, { metadata: null });
    await room.say();
    const third = await room.edit(1, { metadata: { n: 2 } });
    const common = { user_id: "alice" };
    expect(await room.versions(1)).toEqual([
      { ...common, seq: 1, content: "a", metadata: { n: 1 }, timestamp: sent.timestamp },
      {
        ...{ seq: 3, user_id: "bob", timestamp: first.timestamp },
        ...{ content: "b", metadata: { n: 1 } },
      },
      { ...common, seq: 4, content: "b", timestamp: second.timestamp },
      { ...common, seq: 6, content: "b", metadata: { n: 2 }, timestamp: third.timestamp },
    ]);
  });

  it("are all there, however many", async () => {
    const room = newRoom();
    await room.say({ content: "0" });
    const edits = upTo(200).map((n) => room.newEdit(1, { content: `${n}` }));
    await Promise.all(edits.map((edit) => room.store(edit)));
    const contents = (await room.versions(1)).map(({ content }) => content);
    expect(contents).toEqual(["0", ...upTo(200).map(String)]);
    expect(await room.message(1)).toMatchObject({ content: "200" });
  });

  it("are none of a deleted message, and of what is no message", async () => {
    const room = newRoom();
    await room.say();
    await room.edit(1, { content: "edited" });
    await room.remove(1);
    for (const seq of [-1, 0, 1, 2, 3, 4]) expect(await room.versions(seq)).toEqual([]);
    expect(await newRoom().versions(1)).toEqual([]);
  });
}
