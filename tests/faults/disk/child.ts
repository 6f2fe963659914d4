// A program of its own: opens the embedded store in the folder that the first argument names, writes to it, and notes in the
// file `acks` what it was told. The second argument says until when: "count" operations, "failure", or "killed".
import { openSync, writeSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { type ChatStore, isStoreError, openSqliteStore } from "@chatnest/db";

const [folder = "", until = "", count = "0"] = process.argv.slice(2);
const workers = 8;
const rooms = Array.from({ length: 6 }, (_, n) => `room-${n}`);
const store = openSqliteStore(`${folder}/chatnest.db`);
const acks = openSync(`${folder}/acks`, "a");
let left = until === "count" ? Number(count) : Number.POSITIVE_INFINITY;
let isReading = true;
let refusal: unknown;

const reading = read();
await Promise.all(Array.from({ length: workers }, (_, n) => work(n)));
isReading = false;
await reading;
if (until === "failure") process.stdout.write(`${JSON.stringify(await tryAll(store))}\n`);
await store.close();

async function work(worker: number): Promise<void> {
  try {
    for (let n = 0; left-- > 0; n++) await act(`${process.pid}-${worker}-${n}`, n);
  } catch (error) {
    if (until !== "failure") throw error;
    refusal ??= error;
  }
}

async function act(name: string, n: number): Promise<void> {
  const room = rooms[Math.floor(Math.random() * rooms.length)] ?? "";
  if (n % 20 === 10) {
    await store.conversations.create({ id: `made-${name}`, user_ids: ["ann", "bob"] });
    note({ kind: "created", id: `made-${name}` });
    await store.members.join({ conversation_id: `made-${name}`, user_id: "cid" });
    note({ kind: "joined", id: `made-${name}` });
    return;
  }
  const content = name.padEnd(20 + Math.random() * 600, "x");
  const message = { id: `id-${name}`, user_id: "ann", conversation_id: room, content } as const;
  const { entry } = await store.log.append({ kind: "message", ...message });
  note({ kind: "sent", room, seq: entry?.seq, content });
}

/** Notes, again and again, how far each log goes. */
async function read(): Promise<void> {
  while (isReading && refusal === undefined) {
    try {
      const heads = await store.log.heads(rooms.map((room) => `c:${room}` as const));
      for (const [stream, { seq }] of heads) note({ kind: "seen", room: stream.slice(2), seq });
    } catch (error) {
      if (until !== "failure") throw error;
    }
    await turn();
  }
}

function note(ack: object): void {
  writeSync(acks, `${JSON.stringify(ack)}\n`);
}

/** Makes a call of each kind, and returns what became of it. */
async function tryAll({ log, messages, members, conversations, ...rest }: ChatStore) {
  const member = { conversation_id: "room-0", user_id: "dan" };
  const range = { limit: 1, from: "newest" } as const;
  const message = { kind: "message", id: "one-more", content: "x", ...member } as const;
  const calls = {
    append: () => log.append(message),
    page: () => log.page("c:room-0", range),
    messages: () => messages.page("c:room-0", range),
    join: () => members.join(member),
    has: () => members.has(member),
    create: () => conversations.create({ id: "new", user_ids: ["ann"] }),
    get: () => conversations.get(["room-0"], 1),
    ping: () => rest.ping(),
    renewEpoch: () => rest.renewEpoch(),
    refused: () => Promise.reject(refusal),
  };
  const outcomes = Object.entries(calls).map(async ([name, call]) => {
    const outcome = await call().then(
      () => "answered",
      (error) => (isStoreError(error) ? error.code : String(error)),
    );
    return [name, outcome];
  });
  return Object.fromEntries(await Promise.all(outcomes));
}
