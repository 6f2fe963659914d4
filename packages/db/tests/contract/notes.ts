import { expect, it } from "vitest";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, noteStream } from "../../src/stream.ts";
import { appendAll, bodyOf, contentsOf, readLog, send } from "../log.ts";
import { newMessage, newMessages, newNote, newUsers, unique, upTo } from "../make.ts";

/** Notes: each user's own stream, which no name can mix with a conversation's. */
export function notesContract(store: () => ChatStore): void {
  it("answers a note with its sender and without a conversation", async () => {
    const note = newNote({ user_id: unique("ann") });
    const answer = await send(store(), note);
    expect(answer).toMatchObject({ created: true, message: { ...bodyOf(note), seq: 1 } });
    expect(answer.message.conversation_id).toBeNull();
    expect(await store().messages.get(noteStream(note.user_id), 1)).toEqual(answer.message);
  });

  it("lists the notes of each user by themselves", async () => {
    const users = newUsers(10, unique("writer"));
    const notes = upTo(10).flatMap((n) =>
      users.map((user_id) => newNote({ user_id, content: `${n} of ${user_id}` })),
    );
    await appendAll(store(), notes);
    for (const user of users) {
      const log = await readLog(store(), noteStream(user));
      expect(contentsOf(log)).toEqual(upTo(10).map((n) => `${n} of ${user}`));
    }
  });

  it("makes no conversation out of a note", async () => {
    const user_id = unique("ann");
    await send(store(), newNote({ user_id }));
    expect(await store().conversations.get([user_id, `n:${user_id}`], 50)).toEqual([]);
    expect(await store().conversations.inbox(user_id, { limit: 10 })).toEqual([]);
    expect(await readHead(store().log, conversationStream(user_id))).toBe(0);
  });

  it("keeps a conversation that is named like a user apart from the user's notes", async () => {
    const ann = unique("ann");
    await appendAll(store(), [
      newNote({ user_id: ann, content: "note 1" }),
      newMessage({ conversation_id: ann, user_id: ann, content: "message 1" }),
      newNote({ user_id: ann, content: "note 2" }),
      newMessage({ conversation_id: ann, user_id: ann, content: "message 2" }),
    ]);
    expect(contentsOf(await readLog(store(), noteStream(ann)))).toEqual(["note 1", "note 2"]);
    expect(contentsOf(await readLog(store(), conversationStream(ann)))).toEqual([
      "message 1",
      "message 2",
    ]);
    expect(await store().conversations.get([ann], 50)).toMatchObject([{ last_seq: 2 }]);
  });

  it.each(["n:", "c:", "c:n:", "n:c:"])("keeps names that begin with %j apart", async (prefix) => {
    const ann = unique("ann");
    const id = `${prefix}${ann}`;
    await appendAll(store(), [
      newMessage({ conversation_id: id, user_id: ann, content: "conversation" }),
      newMessage({ conversation_id: ann, user_id: ann, content: "bare conversation" }),
      newNote({ user_id: id, content: "note" }),
      newNote({ user_id: ann, content: "bare note" }),
    ]);
    expect(contentsOf(await readLog(store(), conversationStream(id)))).toEqual(["conversation"]);
    expect(contentsOf(await readLog(store(), noteStream(id)))).toEqual(["note"]);
    expect(contentsOf(await readLog(store(), noteStream(ann)))).toEqual(["bare note"]);
    expect(await store().conversations.get([id, ann], 1)).toMatchObject([
      { id, messages: [{ content: "conversation", conversation_id: id }] },
      { id: ann, messages: [{ content: "bare conversation", conversation_id: ann }] },
    ]);
  });

  it("numbers 300 notes at once without a hole", async () => {
    const user_id = unique("ann");
    await appendAll(store(), newMessages(300, { conversation_id: null, user_id }));
    expect(await readLog(store(), noteStream(user_id))).toHaveLength(300);
  });

  it("pages notes like a conversation's messages", async () => {
    const user_id = unique("ann");
    await appendAll(store(), newMessages(10, { conversation_id: null, user_id }));
    const stream = noteStream(user_id);
    const newest = await store().messages.page(stream, { limit: 2, from: "newest" });
    expect(contentsOf(newest)).toEqual(["9", "10"]);
    const range = { after: 2, before: 7, limit: 2 };
    const page = await store().messages.page(stream, { ...range, from: "oldest" });
    expect(contentsOf(page)).toEqual(["3", "4"]);
  });
}
