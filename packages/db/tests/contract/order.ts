import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream } from "../../src/stream.ts";
import { appendAll, appendInTurn, bodyOf, contentsOf, readLog, send, seqsOf } from "../log.ts";
import { newMessage, newMessages, newUsers, unique, upTo } from "../make.ts";

/** One order: a stream is numbered 1, 2, 3, ... and everybody sees the same. */
export function orderContract(store: () => ChatStore): void {
  it("numbers a stream 1, 2, 3, ...", async () => {
    const conversation_id = unique("room");
    const stored = await appendInTurn(store(), newMessages(5, { conversation_id }));
    expect(seqsOf(stored)).toEqual([1, 2, 3, 4, 5]);
  });

  it("answers a send with the message as it is stored", async () => {
    const message = newMessage();
    const stream = conversationStream(message.conversation_id ?? "");
    const answer = await send(store(), message);
    expect(answer).toEqual({
      created: true,
      message: { ...bodyOf(message), seq: 1, timestamp: expect.any(String) },
    });
    expect(await store().messages.get(stream, 1)).toEqual(answer.message);
    expect(await store().messages.page(stream, { limit: 1, from: "newest" })).toEqual([
      answer.message,
    ]);
  });

  it("says where many streams end, and leaves out those that nobody wrote", async () => {
    const rooms = newUsers(30, unique("room"));
    for (const [index, conversation_id] of rooms.entries()) {
      await appendAll(store(), newMessages(index, { conversation_id }));
    }
    const streams = [...rooms.map(conversationStream), conversationStream(unique("room"))];
    const found = await store().log.heads(streams);
    const written = rooms.slice(1).map((room, index) => {
      return [conversationStream(room), { seq: index + 1, count: index + 1, said_seq: index + 1 }];
    });
    expect([...found].toSorted(byName)).toEqual(written.toSorted(byName));
    expect(await store().log.heads([])).toEqual(new Map());
  });

  it("numbers 500 sends at once without a hole", async () => {
    const conversation_id = unique("room");
    const answers = await appendAll(store(), newMessages(500, { conversation_id }));
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(log).toHaveLength(500);
    const answered = answers.map((answer) => answer.message).sort((a, b) => a.seq - b.seq);
    expect(answered).toEqual(log);
  });

  it("numbers sends to 50 streams at once without a hole in any", async () => {
    const rooms = newUsers(50, unique("room"));
    const messages = upTo(20).flatMap((n) =>
      rooms.map((conversation_id) => newMessage({ conversation_id, content: `${n}` })),
    );
    await appendAll(store(), messages);
    for (const room of rooms) {
      const log = await readLog(store(), conversationStream(room));
      expect(contentsOf(log)).toEqual(upTo(20).map(String));
      expect(log.every((message) => message.conversation_id === room)).toBe(true);
    }
  });

  it("keeps the order in which one sender sends without waiting", async () => {
    const conversation_id = unique("room");
    const answers = await appendAll(store(), newMessages(300, { conversation_id }));
    expect(answers.map((answer) => answer.message.seq)).toEqual(upTo(300));
  });

  it("keeps the order of a sender who sends the next ones before the first are answered", async () => {
    const conversation_id = unique("room");
    const answers = [];
    for (const message of newMessages(200, { conversation_id })) {
      answers.push(send(store(), message));
      // Gives the store the chance to begin a group between two sends.
      if (answers.length % 7 === 0) await store().messages.get("c:nowhere", 1);
    }
    const seqs = (await Promise.all(answers)).map((answer) => answer.message.seq);
    expect(seqs).toEqual(upTo(200));
  });

  it("keeps the order of each sender among 20 who send at once", async () => {
    const conversation_id = unique("room");
    const senders = newUsers(20);
    await Promise.all(
      senders.map((user_id) =>
        appendInTurn(store(), newMessages(10, { conversation_id, user_id })),
      ),
    );
    const log = await readLog(store(), conversationStream(conversation_id));
    for (const sender of senders) {
      const own = log.filter((message) => message.user_id === sender);
      expect(contentsOf(own)).toEqual(upTo(10).map(String));
    }
  });

  it("never shows an entry before the ones below it", async () => {
    const conversation_id = unique("room");
    const stream = conversationStream(conversation_id);
    let writing = true;
    const sends = Promise.all(
      newUsers(10).map((user_id) =>
        appendInTurn(store(), newMessages(20, { conversation_id, user_id })),
      ),
    ).finally(() => {
      writing = false;
    });
    let seen = 0;
    do {
      const head = await readHead(store().log, stream);
      const page = await store().messages.page(stream, { limit: 1_000, from: "oldest" });
      expect(seqsOf(page)).toEqual(upTo(page.length));
      expect(head).toBeGreaterThanOrEqual(seen);
      expect(page.length).toBeGreaterThanOrEqual(head);
      seen = page.length;
      // A store in this process may answer without ever leaving the turn in which it would write.
      await setImmediate();
    } while (writing);
    await sends;
    expect(await readLog(store(), stream)).toHaveLength(200);
  });

  it("shows a message to every way of reading as soon as it is answered", async () => {
    const conversation_id = unique("room");
    const stream = conversationStream(conversation_id);
    await Promise.all(
      newMessages(50, { conversation_id }).map(async (sent) => {
        const { message } = await send(store(), sent);
        const after = message.seq - 1;
        const [got, page, head] = await Promise.all([
          store().messages.get(stream, message.seq),
          store().messages.page(stream, { after, limit: 1, from: "oldest" }),
          readHead(store().log, stream),
        ]);
        expect([got, ...page]).toEqual([message, message]);
        expect(head).toBeGreaterThanOrEqual(message.seq);
      }),
    );
  });

  it("has nothing at position 0, below it or beyond the end", async () => {
    const conversation_id = unique("room");
    const stream = conversationStream(conversation_id);
    await appendAll(store(), newMessages(3, { conversation_id }));
    for (const seq of [-1, 0, 4, 5, 1_000_000, Number.MAX_SAFE_INTEGER]) {
      expect(await store().messages.get(stream, seq)).toBeNull();
    }
    expect(await store().messages.get(stream, 3)).toMatchObject({ seq: 3, content: "3" });
  });

  it("says 0 for the newest position of a stream that nobody wrote to", async () => {
    expect(await readHead(store().log, conversationStream(unique("room")))).toBe(0);
    const id = unique("room");
    await store().conversations.create({ id, user_ids: ["alice"] });
    expect(await readHead(store().log, conversationStream(id))).toBe(0);
  });
}

function byName(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}
