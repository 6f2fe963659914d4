import { expect, it } from "vitest";
import type { Entry } from "../../src/entities.ts";
import type { LogRange } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { seqsOf } from "../log.ts";
import { upTo } from "../make.ts";
import { Room, readEntries } from "../room.ts";

/** The raw log: entries of all kinds, numbered together without a hole. */
export function logContract(store: () => ChatStore): void {
  /** Entries of every kind: 1 to 12. */
  async function newMixed(): Promise<{ room: Room; written: Entry[] }> {
    const room = new Room(store);
    const written = [
      await room.say({ content: "one" }),
      await room.react(1, "+1"),
      await room.say({ thread_seq: 1, metadata: { n: 2 } }),
      await room.edit(1, { content: "edited" }),
      await room.unreact(1, "+1"),
      await room.say({ reply_to: 3 }),
      await room.remove(6),
      await room.edit(3, { metadata: null }),
      await room.say({ thread_seq: 1 }),
      await room.remove(9),
      await room.react(3, "heart", "bob"),
      await room.say({ content: "last" }),
    ];
    return { room, written };
  }

  it("holds every entry as it was answered, but for what was erased", async () => {
    const { room, written } = await newMixed();
    const erased = [6, 9];
    const expected = written.map((entry) => {
      return erased.includes(entry.seq) ? { ...entry, content: "", erased: true } : entry;
    });
    expect(seqsOf(written as never)).toEqual(upTo(12));
    expect(await room.entries()).toEqual(expected);
  });

  it("finds an entry by its id, and only in its own log", async () => {
    const { room } = await newMixed();
    for (const entry of await room.entries()) {
      expect(await store().log.find(room.stream, entry.id)).toEqual(entry);
      expect(await store().log.find("c:another room", entry.id)).toBeNull();
    }
    expect(await store().log.find(room.stream, "message-of-nobody")).toBeNull();
    expect(await store().log.find(room.stream, "no id")).toBeNull();
  });

  it("is the same in pages of every size, from both ends", async () => {
    const { room } = await newMixed();
    const all = await room.entries();
    for (const size of upTo(13)) {
      expect(await readEntries(store(), room.stream, size)).toEqual(all);
      const backwards: Entry[] = [];
      for (;;) {
        const before = backwards[0]?.seq ?? 100;
        const page = await store().log.page(room.stream, { before, limit: size, from: "newest" });
        if (page.length === 0) break;
        backwards.unshift(...page);
      }
      expect(backwards).toEqual(all);
    }
  });

  it.each<[Omit<LogRange, "from" | "limit">, number[]]>([
    [{ after: 3, before: 7 }, [4, 5, 6]],
    [{ after: 3, before: 4 }, []],
    [{ after: 7, before: 3 }, []],
    [{ before: 3 }, [1, 2]],
    [{ after: 10 }, [11, 12]],
    [{ after: 12 }, []],
  ])("has no hole in %j", async (range, seqs) => {
    const { room } = await newMixed();
    for (const from of ["oldest", "newest"] as const) {
      const page = await store().log.page(room.stream, { ...range, limit: 100, from });
      expect(page.map(({ seq }) => seq)).toEqual(seqs);
    }
  });

  it("does not change what an entry says when its target changes again", async () => {
    const room = new Room(store);
    const written: Entry[] = [await room.say()];
    for (const n of upTo(10)) {
      written.push(await room.edit(1, { content: `${n}` }));
      written.push(await room.react(1, `${n}`, n % 2 ? "ann" : "bob"));
      written.push(await room.say({ thread_seq: 1 }));
    }
    expect(await room.entries()).toEqual(written);
    const erased = (entry: Entry) =>
      entry.seq === 1 || entry.kind === "edit" ? { ...entry, content: "", erased: true } : entry;
    const deletion = await room.remove(1);
    expect(await room.entries()).toEqual([...written.map(erased), deletion]);
  });

  it("tells of times that never go back by themselves", async () => {
    const { room } = await newMixed();
    const times = (await room.entries()).map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted());
    const future = "2100-01-01T00:00:00.000Z";
    await room.say({ timestamp: future });
    expect(await room.react(1, "+1")).toMatchObject({ timestamp: future });
    expect(await room.say()).toMatchObject({ timestamp: future });
  });
}
