import type { ChatStore } from "@chatnest/db";
import { append } from "@chatnest/tests/support/append.ts";
import type { Sample } from "../row.ts";

/** Conversations of 50 messages: as they were sent; all edited and reacted to; one with 10,000 reactions. */
export const changedRooms = { plain: "plain", changed: "changed", hot: "hot" } as const;

const pageSize = 50;
const reactedLength = 500;
const hotReactions = 10_000;
const atOnce = 256;
const runMs = 1_500;

/** Fills a store with the conversations of the rows about changes. */
export async function fillChanged(store: ChatStore): Promise<void> {
  for (const room of Object.values(changedRooms)) await fill(store, room, pageSize);
  await fill(store, "reacted", reactedLength);
  await change(store);
  let n = 0;
  await keepBusy(async () => {
    if (n >= hotReactions) return false;
    await reactOnce(store, { room: changedRooms.hot, n: n++, target_seq: 1 });
    return true;
  });
}

let calls = 0;

/** Reacts to 500 messages, each time as another user, for some time. */
export async function react(store: ChatStore): Promise<Sample> {
  return rateOf(() => {
    const n = calls++;
    return reactOnce(store, { room: "reacted", n, target_seq: (n % reactedLength) + 1 });
  });
}

/** Sends messages to one conversation for some time. */
export async function send(store: ChatStore): Promise<Sample> {
  return rateOf(() => sendOne(store, "sent", `message-${calls++}`));
}

async function fill(store: ChatStore, room: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, n) => sendOne(store, room, `${room}-message-${n}`)),
  );
}

async function sendOne(store: ChatStore, conversation_id: string, id: string): Promise<void> {
  await append(store, { id, user_id: "ann", conversation_id, content: "hello" });
}

async function change(store: ChatStore): Promise<void> {
  const common = { user_id: "ann", conversation_id: changedRooms.changed };
  for (let target_seq = 1; target_seq <= pageSize; target_seq++) {
    const id = `edit-of-${target_seq}`;
    await store.log.append({ ...common, target_seq, kind: "edit", id, content: "new" });
    await reactOnce(store, { room: changedRooms.changed, n: target_seq, target_seq });
  }
}

async function reactOnce(
  store: ChatStore,
  { room, n, target_seq }: { room: string; n: number; target_seq: number },
): Promise<void> {
  await store.log.append({
    kind: "reaction",
    id: `${room}-reaction-${n}`,
    user_id: `user-${n}`,
    conversation_id: room,
    target_seq,
    key: "+1",
    added: true,
  });
}

/** Keeps some calls under way for some time. */
async function rateOf(call: () => Promise<void>): Promise<Sample> {
  const startedAt = performance.now();
  let count = 0;
  await keepBusy(async () => {
    await call();
    count++;
    return performance.now() - startedAt < runMs;
  });
  return { value: (count / (performance.now() - startedAt)) * 1_000 };
}

/** Keeps some calls under way until they say that it is enough. */
async function keepBusy(call: () => Promise<boolean>): Promise<void> {
  const callers = Array.from({ length: atOnce }, async () => {
    while (await call());
  });
  await Promise.all(callers);
}
