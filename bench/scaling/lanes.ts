// Measures how fast one conversation takes messages, beside many, on a three-member set. Usage: npx node bench/scaling/lanes.ts
import { openMongoStore } from "@chatnest/db";
import { startReplicaSet } from "@chatnest/tests/support/mongod.ts";
import { type RealMessage, readRealMessages, sendAll } from "./real-data.ts";

const rounds = 3;
const messagesARound = 12_000;
const inFlight = 480;

await using set = await startReplicaSet();
const messages = await readRealMessages({ copies: 4 });
const store = openMongoStore({ uri: set.uri });
await store.ready;

const kinds: [name: string, ofRound: (messages: RealMessage[]) => Promise<number>][] = [
  [`${inFlight} in flight, 204 conversations`, (some) => rate(some, inFlight)],
  [`${inFlight} in flight, one conversation`, (some) => rate(some.map(intoOne), inFlight)],
  ["1 in flight, one conversation", (some) => rate(some.slice(0, 300).map(intoOne), 1)],
];

// What a new process does first is slower than what it does later.
await rate(messages.slice(-messagesARound), inFlight);
const rates = kinds.map((): number[] => []);
for (let round = 0; round < rounds; round++) {
  const some = messages.slice(round * messagesARound, (round + 1) * messagesARound);
  for (const [kind, [, ofRound]] of kinds.entries()) rates[kind]?.push(await ofRound(some));
}
console.log("messages/s, rounds in turn:");
for (const [kind, [name]] of kinds.entries()) {
  const each = (rates[kind] ?? []).map((value) => Math.round(value)).join(" ");
  console.log(`  ${name.padEnd(38)}${each}`);
}
await store.close();

async function rate(some: readonly RealMessage[], count: number): Promise<number> {
  return some.length / (await sendAll(store, some, count));
}

function intoOne(message: RealMessage): RealMessage {
  return { ...message, conversation_id: "giant" };
}
