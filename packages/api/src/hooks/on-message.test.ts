import { type MessageEntry, openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { createContext } from "../context.ts";
import { createCaller } from "../root.ts";
import { createMessageListener } from "./on-message.ts";
import { createHooks } from "./running-hooks.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

function entryOf(seq: number): MessageEntry {
  const timestamp = "2026-01-01T00:00:00.000Z";
  const conversation_id = "room";
  const id = `message-${seq}`;
  return { kind: "message", id, user_id: "ann", content: "Hi", timestamp, conversation_id, seq };
}

describe("on.message", () => {
  it("is told of each new message once, after it is stored, and of nothing else", async () => {
    const told: unknown[] = [];
    const hooks = createHooks(
      {
        on: {
          message: async (entry) => {
            told.push([
              entry.conversation_id,
              entry.seq,
              await store.log.find("c:heard", entry.id),
            ]);
          },
        },
      },
      { onError: () => {} },
    );
    const caller = { kind: "trusted" } as const;
    const api = createCaller(createContext({ store, caller, hooks }));
    const sent = { user_id: "ann", content: "Hi", conversation_id: "heard" };
    await api.messages.send({ ...sent, id: "message-1" });
    await api.messages.send({ ...sent, id: "message-1" });
    await api.messages.edit({ user_id: "ann", conversation_id: "heard", seq: 1, content: "Ho" });
    await api.messages.import({ messages: [{ ...sent, id: "message-2" }] });
    await api.notes.send({ user_id: "ann", content: "note" });
    await hooks.listener?.idle();
    expect(told).toEqual([
      ["heard", 1, expect.objectContaining({ seq: 1 })],
      [null, 1, null],
    ]);
  });

  it("holds up no send and no other message when it throws or never ends", async () => {
    const errors: unknown[] = [];
    const told: number[] = [];
    const listener = createMessageListener(
      ({ seq }) => {
        told.push(seq);
        if (seq === 1) throw new Error("failed");
        return seq === 2 ? new Promise(() => {}) : undefined;
      },
      { onError: (error) => errors.push(error), atOnce: 1, timeoutMs: 20 },
    );
    for (const seq of [1, 2, 3]) listener.tell(entryOf(seq));
    expect(told).toEqual([]);
    await listener.idle();
    expect([told, errors.length]).toEqual([[1, 2, 3], 2]);
  });

  it("is called so many times at once and no more, and drops what is too much", async () => {
    let [running, most, count] = [0, 0, 0];
    const errors: Error[] = [];
    const listener = createMessageListener(
      async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        count++;
      },
      { onError: (error) => errors.push(error as Error), atOnce: 3, waitingMax: 50 },
    );
    for (let seq = 1; seq <= 60; seq++) listener.tell(entryOf(seq));
    await listener.idle();
    expect([most, count]).toEqual([3, 50]);
    expect(errors).toMatchObject([{ message: expect.stringContaining("10 messages") }]);
    listener.tell(entryOf(61));
    await listener.idle();
    expect(count).toBe(51);
  });

  it("gets a copy: what it changes, nobody else sees", async () => {
    const entry = entryOf(1);
    const listener = createMessageListener(
      (own) => {
        own.content = "changed";
      },
      { onError: () => {} },
    );
    listener.tell(entry);
    await listener.idle();
    expect(entry.content).toBe("Hi");
  });
});
