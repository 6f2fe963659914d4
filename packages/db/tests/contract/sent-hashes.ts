import { expect, it } from "vitest";
import { hashSent } from "../../src/changes/sent-hash.ts";
import type { NewMessage } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { streamOf } from "../../src/stream.ts";
import { outcomesOf, send } from "../log.ts";
import { newMessage, newNote } from "../make.ts";

/** Makes a message of another one that somebody sent, as a hook does. */
function changed(sent: NewMessage, change: Partial<NewMessage>): NewMessage {
  return { ...sent, ...change, sent_hash: hashSent(sent) };
}

/** A repeat of what was sent is a repeat, although something else is stored. */
export function sentHashesContract(store: () => ChatStore): void {
  it.each([newMessage, newNote])(
    "answers a repeat of what was sent, changed or not",
    async (make) => {
      const sent = make({ content: "sent" });
      const first = await send(store(), changed(sent, { content: "stored", metadata: { a: 1 } }));
      expect(first.message).toMatchObject({ content: "stored" });
      for (const repeat of [sent, changed(sent, { content: "otherwise" })]) {
        expect(await send(store(), repeat)).toEqual({ ...first, created: false });
        expect(await store().log.findSame(repeat)).toMatchObject({ content: "stored" });
      }
    },
  );

  it("refuses what was not sent, even what is stored", async () => {
    const sent = newMessage({ content: "sent" });
    const stored = changed(sent, { content: "stored" });
    await send(store(), stored);
    const { sent_hash: _, ...shown } = stored;
    const others = [
      shown,
      { ...sent, content: "other" },
      { ...sent, metadata: { a: 1 } },
      { ...sent, user_id: "mallory" },
      changed({ ...sent, content: "other" }, { content: "stored" }),
    ];
    for (const other of others) {
      expect(await outcomesOf(store(), [other])).toEqual(["conflict"]);
      await expect(store().log.findSame(other)).rejects.toMatchObject({ code: "conflict" });
    }
  });

  it("compares with what was stored unchanged", async () => {
    const sent = newMessage({ content: "sent", metadata: { a: 1, b: [2, { d: 4, c: 3 }] } });
    const first = await send(store(), sent);
    const again = changed(
      { ...sent, metadata: { b: [2, { c: 3, d: 4 }], a: 1 } },
      { content: "changed now" },
    );
    expect(await send(store(), again)).toEqual({ ...first, created: false });
  });

  it("stores one of many that are sent at once and changed differently", async () => {
    const sent = newMessage({ content: "sent" });
    const all = Array.from({ length: 20 }, (_, n) => changed(sent, { content: `stored ${n}` }));
    const outcomes = await outcomesOf(store(), [...all, { ...sent, content: "other" }]);
    expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(1);
  });

  it("shows the hash nowhere, and compares with nothing once the message is deleted", async () => {
    const sent = newMessage({ content: "sent" });
    const { conversation_id, user_id } = sent;
    const stored = changed(sent, { content: "stored" });
    const { message } = await send(store(), stored);
    const stream = streamOf(sent);
    const read = [
      message,
      await store().log.find(stream, sent.id),
      await store().log.page(stream, { limit: 10, from: "newest" }),
      await store().messages.get(stream, 1),
    ];
    expect(JSON.stringify(read)).not.toContain(stored.sent_hash);
    const deletion = { kind: "deletion", id: `${sent.id}-gone`, user_id, target_seq: 1 } as const;
    await store().log.append({ ...deletion, conversation_id });
    expect(await outcomesOf(store(), [{ ...sent, content: "other" }])).toEqual(["repeated"]);
  });

  it("finds nothing where nothing was sent, and refuses a hash that is none", async () => {
    expect(await store().log.findSame(newMessage())).toBeNull();
    const refused = store().log.append({ ...newMessage(), sent_hash: "sent" });
    await expect(refused).rejects.toMatchObject({ code: "invalid", field: "sent_hash" });
  });
}
