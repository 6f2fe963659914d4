import { expect, it } from "vitest";
import { eraseUser } from "../../src/erasure/erase-user.ts";
import type { ChatStore, StoreEvent } from "../../src/store.ts";
import { noteStream } from "../../src/stream.ts";
import { erase, expectGone, readAll, renamed } from "../erased.ts";
import { expectFolded } from "../folded.ts";
import { expectRefusal, send } from "../log.ts";
import { newNote, unique, upTo } from "../make.ts";
import { Room, readEntries } from "../room.ts";

/** Erasing a user: its id goes everywhere, and what it has sent is deleted or stays under a pseudonym. */
export function erasuresContract(store: () => ChatStore): void {
  /** Makes a conversation of ann, who is erased later, with bob and cy. */
  async function newChat() {
    const [ann, bob, cy] = ["ann", "bob", "cy"].map(unique) as [string, string, string];
    const room = new Room(store, { user_id: ann });
    const as = (user_id: string) => ({ user_id });
    await room.say({ content: "one", mentions: [bob], metadata: { by: "a" } });
    await room.say({ content: "two", ...as(bob), mentions: [cy, ann] });
    await room.say({ content: "three", ...as(cy), thread_seq: 1 });
    await room.edit(1, { content: "one again" });
    await room.react(2, "+1", cy);
    await room.react(2, "+1", ann);
    await room.react(2, "heart", ann);
    await room.react(1, "+1", bob);
    await room.unreact(2, "heart", ann);
    await room.say({ content: "four", reply_to: 2, thread_seq: 1 });
    await room.say({ content: "five", ...as(bob), mentions: "everyone" });
    await room.say({ content: "six" });
    await room.remove(12);
    return { room, id: room.id, ann, bob, cy, others: [bob, cy] };
  }

  it("replace the id wherever it is, and nothing else", async () => {
    const { id, ann, others } = await newChat();
    const users = [...others, ann];
    const before = await readAll(store(), id, users);
    const { pseudonym, ...report } = await erase(store(), ann, "anonymize");
    expect(pseudonym).toMatch(/^erased-[\w-]{20}$/);
    expect(report).toMatchObject({ memberships: 1, notes: 0, messages: 0, reactions: 0 });
    const after = await readAll(store(), id, [...others, pseudonym]);
    // Who was a member before is told, by name, that it joined; the pseudonym joined when ann did.
    const expected = renamed(before, ann, pseudonym);
    expect(JSON.parse(JSON.stringify(after))).toEqual(expected);
    await expectGone(store(), { id, user: ann, others: [...others, pseudonym] });
  });

  it("delete every message, reaction and membership, and keep the order", async () => {
    const { room, id, ann, bob, others } = await newChat();
    const before = await room.entries();
    const { pseudonym, ...report } = await erase(store(), ann, "delete");
    expect(report).toMatchObject({ memberships: 1, messages: 2, reactions: 1 });
    await expectGone(store(), { id, user: ann, others });
    const after = await room.entries();
    expect(after.slice(0, before.length).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    const own = after.filter(({ user_id }) => user_id === pseudonym);
    for (const entry of own) {
      if (entry.kind === "message" || entry.kind === "edit") {
        expect(entry).toMatchObject({ content: "", erased: true });
      }
    }
    const deletions = after.slice(before.length).map(({ kind }) => kind);
    expect(deletions.toSorted()).toEqual(["deletion", "deletion", "reaction"]);
    const shown = await room.messages();
    expect(shown.map(({ content }) => content)).toEqual(["two", "three", "five"]);
    expect(shown.map(({ user_id }) => user_id)).not.toContain(pseudonym);
    expect(shown[0]?.reactions?.[0]).toMatchObject({ key: "+1", count: 1 });
    expect(shown[0]?.mentions).toEqual([expect.any(String), pseudonym]);
    const [conversation] = await store().conversations.get([id], 50);
    expect(conversation?.user_ids).toEqual(others);
    expect(conversation?.member_count).toBe(2);
    expect((await store().conversations.itemsOf(bob, [id]))[0]).toMatchObject({ unread_count: 0 });
  });

  it.each(["delete", "anonymize"] as const)(
    "leave a conversation in which everything still works (%s)",
    async (mode) => {
      const { room, id, ann, bob, others } = await newChat();
      const { pseudonym } = await erase(store(), ann, mode);
      await room.react(2, "+1", bob);
      await room.unreact(2, "+1", bob);
      await room.say({ content: "seven", user_id: bob, reply_to: 2, mentions: [bob] });
      await room.edit(2, { user_id: bob, content: "two again" });
      await room.remove(3, { user_id: bob });
      if (mode === "anonymize") await room.unreact(2, "+1", pseudonym);
      await expectGone(store(), { id, user: ann, others });
    },
  );

  it("keep more than 50 reactions in order", async () => {
    const room = new Room(store);
    await room.say();
    const users = upTo(60).map((n) => unique(`user-${n}`));
    for (const user of users) await room.react(1, "+1", user);
    const [second = "", last = ""] = [users[1], users.at(-1)];
    await erase(store(), second, "delete");
    await erase(store(), last, "anonymize");
    await expectFolded(store(), room.stream);
    const reactors = await store().messages.reactors(room.stream, 1, { limit: 100 });
    expect(reactors).toHaveLength(59);
    expect(JSON.stringify(await room.entries())).not.toContain(second);
    expect(JSON.stringify(await room.entries())).not.toContain(last);
  });

  it("move notes to the pseudonym", async () => {
    const ann = unique("ann");
    const notes = new Room(store, { user_id: ann, conversation_id: null });
    await notes.say({ content: "one" });
    await notes.say({ content: "two", thread_seq: 1 });
    await notes.edit(1, { content: "one again" });
    await notes.react(1, "+1");
    await notes.remove(2);
    const before = await notes.entries();
    const { pseudonym, ...report } = await erase(store(), ann, "anonymize");
    expect(report.notes).toBe(5);
    expect(await notes.entries()).toEqual([]);
    const moved = noteStream(pseudonym);
    expect(await readEntries(store(), moved)).toEqual(renamed(before, ann, pseudonym));
    await expectFolded(store(), moved);
    const reactors = await store().messages.reactors(moved, 1, { limit: 9 });
    expect(reactors).toMatchObject([{ key: "+1", user_id: pseudonym }]);
  });

  it("remove notes, and begin anew when more are written", async () => {
    const ann = unique("ann");
    const notes = new Room(store, { user_id: ann, conversation_id: null });
    for (const n of upTo(3)) await notes.say({ content: `${n}` });
    await notes.edit(2, { content: "again" });
    expect(await erase(store(), ann, "delete")).toMatchObject({ notes: 4, messages: 0 });
    expect(await notes.entries()).toEqual([]);
    expect((await send(store(), newNote({ user_id: ann }))).message.seq).toBe(1);
    await expectFolded(store(), notes.stream);
  });

  it("change nothing when they are repeated, or there is nobody", async () => {
    const { id, ann, others } = await newChat();
    await erase(store(), ann, "delete");
    const before = await readAll(store(), id, others);
    const none = { memberships: 0, notes: 0, entries: 0, messages: 0, reactions: 0 };
    expect(await erase(store(), ann, "delete")).toMatchObject(none);
    expect(await erase(store(), unique("nobody"), "anonymize")).toMatchObject(none);
    expect(await readAll(store(), id, others)).toEqual(before);
  });

  it("find what is only a part of another id or text nowhere", async () => {
    const ann = unique("ann");
    const room = new Room(store, { user_id: `${ann}2` });
    await room.say({ content: ann, mentions: [`"${ann}"`, `${ann}\\`] });
    await room.react(1, ann);
    const before = await readAll(store(), room.id, [`${ann}2`]);
    expect(await erase(store(), ann, "anonymize")).toMatchObject({ entries: 0 });
    expect(await readAll(store(), room.id, [`${ann}2`])).toEqual(before);
  });

  it("refuse another mode than the one they have begun with, and ids that are none", async () => {
    const ann = unique("ann");
    const erasure = await store().erasures.begin(ann, "delete");
    expect(await store().erasures.begin(ann, "delete")).toEqual(erasure);
    await expectRefusal(store().erasures.begin(ann, "anonymize"), "conflict");
    await store().erasures.finish(erasure);
    const other = await store().erasures.begin(ann, "anonymize");
    expect(other.pseudonym).not.toBe(erasure.pseudonym);
    await store().erasures.finish(other);
    await expectRefusal(store().erasures.begin("", "delete"), "invalid");
  });

  it("are told, with the end of each membership", async () => {
    const { id, ann } = await newChat();
    const heard: StoreEvent[] = [];
    const stop = store().watch((event) => heard.push(event));
    await erase(store(), ann, "delete");
    stop();
    expect(heard).toContainEqual({ kind: "left", conversation_id: id, user_id: ann });
    expect(heard).toContainEqual({ kind: "erased" });
  });

  it.each(["delete", "anonymize"] as const)(
    "end although the user comes back in the middle (%s)",
    async (mode) => {
      const { room, id, ann, others } = await newChat();
      const notes = new Room(store, { user_id: ann, conversation_id: null });
      await notes.say({ content: "before" });
      const { erasures } = store();
      const erasure = await erasures.begin(ann, mode);
      while ((await erasures.memberships(erasure)) > 0);
      while ((await erasures.notes(erasure)) > 0);
      for (let from: string | undefined; ; ) {
        from = (await erasures.replace(erasure, from)).next;
        if (from === undefined) break;
      }
      await room.say({ content: "back", thread_seq: 2 });
      await room.react(2, "+1");
      await room.react(3, "heart");
      await notes.say({ content: "after" });
      const { pseudonym } = await erase(store(), ann, mode);
      const users = mode === "delete" ? others : [...others, pseudonym];
      expect(JSON.stringify(await readAll(store(), id, users))).not.toContain(ann);
      expect(await notes.entries()).toEqual([]);
      const isThere = JSON.stringify(await room.entries()).includes("back");
      expect(isThere).toBe(mode === "anonymize");
      const [two] = await room.messages({ after: 1, limit: 1 });
      expect(two?.reactions?.[0]).toMatchObject({ key: "+1", count: mode === "delete" ? 1 : 2 });
      const { members, conversations } = store();
      const listed = (await members.list(id, { limit: 10 })).map(({ user_id }) => user_id);
      expect(listed.toSorted()).toEqual(users.toSorted());
      expect((await conversations.get([id], 0))[0]?.member_count).toBe(users.length);
    },
  );

  it("stop when they are told to, and go on when they are repeated", async () => {
    const { id, ann, others } = await newChat();
    const stopped = new AbortController();
    const stop = () => stopped.abort(new Error("stopped"));
    const erasure = { user_id: ann, mode: "delete" } as const;
    const options = { settleMs: 0, signal: stopped.signal };
    const onProgress = ({ step }: { step: string }) => step === "deleting" && stop();
    await expect(eraseUser(store(), erasure, { ...options, onProgress })).rejects.toThrow(
      "stopped",
    );
    await erase(store(), ann, "delete");
    await expectGone(store(), { id, user: ann, others });
  });
}
