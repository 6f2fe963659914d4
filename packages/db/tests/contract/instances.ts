import { expect, it } from "vitest";
import { readHead } from "../../src/read-head.ts";
import { conversationStream } from "../../src/stream.ts";
import {
  appendAll,
  appendInTurn,
  expectRefusal,
  idsOf,
  outcomesOf,
  readLog,
  send,
  seqsOf,
} from "../log.ts";
import { newMessage, newMessages, newUsers, unique, upTo } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";

/** Several instances on one database at once, as several processes have them. */
export function instancesContract(open: OpenStore): void {
  it("number one stream without a hole when all append at once", async () => {
    await using opened = await open();
    const instances = [opened.store, await opened.openAgain(), await opened.openAgain()];
    const conversation_id = unique("room");
    const answers = await Promise.all(
      instances.map((store) => appendAll(store, newMessages(150, { conversation_id }))),
    );
    const stream = conversationStream(conversation_id);
    const log = await readLog(opened.store, stream);
    expect(log).toHaveLength(450);
    for (const store of instances) expect(await readLog(store, stream)).toEqual(log);
    const answered = answers.flat().map((answer) => answer.message);
    expect(answered.toSorted((a, b) => a.seq - b.seq)).toEqual(log);
    // What one sender sends over one instance keeps its order.
    for (const own of answers) {
      const seqs = seqsOf(own.map((answer) => answer.message));
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    }
  });

  it("number 20 streams without a hole in any when two append to all", async () => {
    await using opened = await open();
    const instances = [opened.store, await opened.openAgain()];
    const rooms = newUsers(20, unique("room"));
    await Promise.all(
      instances.map((store) =>
        appendAll(
          store,
          upTo(10).flatMap(() => rooms.map((conversation_id) => newMessage({ conversation_id }))),
        ),
      ),
    );
    for (const room of rooms) {
      expect(await readLog(opened.store, conversationStream(room))).toHaveLength(20);
    }
  });

  it("count on from what the other wrote", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const conversation_id = unique("room");
    const seqs: number[] = [];
    for (const store of [a, b, b, a, a, b]) {
      const stored = await appendInTurn(store, newMessages(3, { conversation_id }));
      seqs.push(...seqsOf(stored));
    }
    expect(seqs).toEqual(upTo(18));
  });

  it("show at once what the other has acknowledged", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const conversation_id = unique("room");
    const stream = conversationStream(conversation_id);
    for (const n of upTo(20)) {
      const [from, to] = n % 2 === 0 ? [a, b] : [b, a];
      const { message } = await send(from, newMessage({ conversation_id }));
      expect(await to.messages.get(stream, n)).toEqual(message);
      expect(await readHead(to.log, stream)).toBe(n);
    }
  });

  it("store one of 60 equal sends at once", async () => {
    await using opened = await open();
    const instances = [opened.store, await opened.openAgain(), await opened.openAgain()];
    const message = newMessage();
    const answers = (
      await Promise.all(
        instances.map((store) =>
          appendAll(
            store,
            upTo(20).map(() => message),
          ),
        ),
      )
    ).flat();
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    const log = await readLog(opened.store, conversationStream(message.conversation_id ?? ""));
    expect(log).toHaveLength(1);
    for (const answer of answers) expect(answer.message).toEqual(log[0]);
  });

  it("answer the ids that the other stored, among new ones", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const conversation_id = unique("room");
    const known = newMessages(100, { conversation_id });
    await send(b, newMessage({ conversation_id }));
    await appendAll(a, known);
    const fresh = newMessages(100, { conversation_id });
    const mixed = known.flatMap((message, index) => [message, fresh[index] ?? message]);
    const answers = await appendAll(b, mixed);
    expect(answers.map((answer) => answer.message.seq)).toEqual(
      upTo(100).flatMap((n) => [n + 1, n + 101]),
    );
    expect(answers.filter((answer) => answer.created)).toHaveLength(100);
    expect(await readLog(a, conversationStream(conversation_id))).toHaveLength(201);
  });

  it("refuse an id that the other stored with another body", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const message = newMessage();
    await send(a, message);
    await expectRefusal(send(b, { ...message, content: "changed" }), "conflict");
  });

  it("store one of two bodies that both send under one id at once", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const conversation_id = unique("room");
    const ofA = newMessages(50, { conversation_id, content: "of a" });
    const ofB = ofA.map((message) => ({ ...message, content: "of b" }));
    const outcomes = await Promise.all([outcomesOf(a, ofA), outcomesOf(b, ofB)]);
    for (const index of ofA.keys()) {
      expect([outcomes[0][index], outcomes[1][index]].toSorted()).toEqual(["conflict", "created"]);
    }
    expect(await readLog(a, conversationStream(conversation_id))).toHaveLength(50);
  });

  it("do not let timestamps run backwards behind what the other imported", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const conversation_id = unique("room");
    await send(b, newMessage({ conversation_id }));
    const timestamp = "2999-01-01T00:00:00.000Z";
    await send(a, newMessage({ conversation_id, timestamp }));
    const { message } = await send(b, newMessage({ conversation_id }));
    expect(message.timestamp >= timestamp).toBe(true);
  });

  it("agree on who is a member", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const id = unique("room");
    await a.conversations.create({ id, user_ids: ["ann", "bob"] });
    await send(b, newMessage({ conversation_id: id, user_id: "bob" }));
    await b.members.join({ conversation_id: id, user_id: "cy" });
    expect(await a.members.join({ conversation_id: id, user_id: "cy" })).toEqual({ joined: false });
    await a.members.leave({ conversation_id: id, user_id: "bob" });
    expect(await b.conversations.get([id], 0)).toMatchObject([{ user_ids: ["ann", "cy"] }]);
    expect(await b.conversations.inbox("bob", { limit: 10 })).toEqual([]);
    // b has seen bob send before; it must not believe for more than 5 s that he still is in.
    const readAfterSend = async () => {
      await send(b, newMessage({ conversation_id: id, user_id: "bob" }));
      return a.conversations.get([id], 0);
    };
    await expect
      .poll(readAfterSend, { timeout: 8_000, interval: 200 })
      .toMatchObject([{ user_ids: ["ann", "cy", "bob"] }]);
    expect(idsOf(await a.conversations.inbox("bob", { limit: 10 }))).toEqual([id]);
  });

  it("let everybody join when members come over all at once", async () => {
    await using opened = await open();
    const instances = [opened.store, await opened.openAgain()];
    const id = unique("room");
    const users = newUsers(40);
    await opened.store.conversations.create({ id, user_ids: ["ann"] });
    await Promise.all(
      instances.flatMap((store) =>
        users.map((user) => store.members.join({ conversation_id: id, user_id: user })),
      ),
    );
    const [conversation] = await opened.store.conversations.get([id], 0);
    expect(conversation).toMatchObject({ member_count: 41 });
    expect(conversation?.user_ids.slice(1).toSorted()).toEqual(users.toSorted());
  });

  it("create a conversation once when both create it at once", async () => {
    await using opened = await open();
    const instances = [opened.store, await opened.openAgain()];
    for (const id of newUsers(10, unique("room"))) {
      const creation = { id, user_ids: ["ann", "bob"] };
      const answers = await Promise.all(
        instances.flatMap(({ conversations }) => [
          conversations.create(creation),
          conversations.create(creation),
        ]),
      );
      expect(answers.filter((answer) => answer.created)).toHaveLength(1);
      expect(await opened.store.conversations.get([id], 0)).toMatchObject([creation]);
    }
  });

  it("bring one conversation to be when both send its first message at once", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    for (const conversation_id of newUsers(10, unique("room"))) {
      await Promise.all([
        send(a, newMessage({ conversation_id, user_id: "ann" })),
        send(b, newMessage({ conversation_id, user_id: "bob" })),
      ]);
      const [conversation] = await a.conversations.get([conversation_id], 50);
      expect(conversation).toMatchObject({ member_count: 2, last_seq: 2 });
      expect(conversation?.last_activity_at).toBe(conversation?.messages.at(-1)?.timestamp);
    }
  });

  it("agree on the inbox after both have sent to the same conversations", async () => {
    await using opened = await open();
    const [a, b] = [opened.store, await opened.openAgain()];
    const ann = unique("ann");
    const rooms = newUsers(10, unique("room"));
    const sends = () =>
      rooms.flatMap((id) => newMessages(5, { conversation_id: id, user_id: ann }));
    await Promise.all([appendAll(a, sends()), appendAll(b, sends())]);
    const inbox = await a.conversations.inbox(ann, { limit: 20 });
    expect(inbox).toHaveLength(10);
    expect(await b.conversations.inbox(ann, { limit: 20 })).toEqual(inbox);
    for (const { id, last_activity_at } of inbox) {
      const newest = await a.messages.get(conversationStream(id), 10);
      expect(last_activity_at).toBe(newest?.timestamp);
    }
  });

  it("go on when another one closes", async () => {
    await using opened = await open();
    const other = await opened.openAgain();
    const conversation_id = unique("room");
    const sends = appendAll(opened.store, newMessages(100, { conversation_id }));
    const others = appendAll(other, newMessages(100, { conversation_id }));
    await Promise.all([sends, others, other.close()]);
    expect(await readLog(opened.store, conversationStream(conversation_id))).toHaveLength(200);
  });
}
