import { setTimeout as delay } from "node:timers/promises";
import { createChatClient } from "@chatnest/client";
import fc from "fast-check";
import { expect } from "vitest";
import { type Looking, lookIn, readTruth, untilTrue } from "./inboxing.ts";
import { MoodyNetwork } from "./moody-network.ts";

const ids = ["tea", "coffee", "milk", "water"];

/** What happens, to which conversation, and by how much. */
interface Step {
  kind: string;
  id: string;
  n: number;
  device: number;
}

const calmKinds = [
  ...["say", "say", "say", "mention", "own", "delete", "edit", "react", "mark", "markOther"],
  ...["markPart", "unread", "pin", "archive", "mute", "join", "leave", "title", "more", "pause"],
];

function stepsOf(kinds: readonly string[], maxLength: number): fc.Arbitrary<Step[]> {
  const id = fc.constantFrom(...ids);
  const kind = fc.constantFrom(...kinds);
  return fc.array(fc.record({ kind, id, n: fc.nat(9), device: fc.nat(1) }), { maxLength });
}

/** What happens to an inbox, on either of two devices or elsewhere; in the end with a network that stays. */
export const schedule = fc.record({
  steps: stepsOf([...calmKinds, "cut", "away", "back"], 30),
  calm: stepsOf(calmKinds, 20),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer TSchedule> ? TSchedule : never;

/** Starts a device of ada, with an inbox that somebody looks at. */
function startDevice(url: string) {
  const network = new MoodyNetwork();
  const fetch = network.fetch as unknown as typeof globalThis.fetch;
  const chat = createChatClient({ url, userId: "ada", fetch });
  return { network, chat, looking: lookIn(chat.inbox({ limit: 2 })) };
}
type Device = ReturnType<typeof startDevice>;

type Client = ReturnType<typeof createChatClient>;

/** Runs a schedule on two devices, each at a server of its own, and waits until both show what is so. */
export async function runSchedule(
  urls: readonly [string, string],
  { steps, calm }: Schedule,
): Promise<void> {
  const bob = createChatClient({ url: urls[0], userId: "bob" });
  for (const id of ids) {
    await bob.conversations.create({ id, user_ids: ["ada", "bob"] });
    await bob.messages.send({ conversation_id: id, content: "Hello" });
  }
  const devices = [startDevice(urls[0]), startDevice(urls[1])] as const;
  const takeAll = async (some: readonly Step[]) => {
    for (const next of some) await take(next, devices[next.device === 0 ? 0 : 1], bob);
  };
  await takeAll(steps);
  // It reconnects both, and both read again: what is to be heard live comes after that.
  for (const { network } of devices) network.comeBack();
  await delay(100);
  for (const { looking } of devices) await looking.untilLive(40_000);
  await takeAll(calm);
  for (const { looking } of devices) {
    while (looking.now.has_more) await looking.inbox.loadMore();
  }
  const lookings = devices.map(({ looking }) => looking);
  await untilTrue(lookings, () => readTruth(bob, "ada"), 20_000);
  for (const looking of lookings) checkTold(looking);
  for (const looking of lookings) looking[Symbol.dispose]();
}

/** Takes one step on a device; what others do, `bob` does. */
async function take(
  { kind, id, n }: Step,
  { network, chat, looking }: Device,
  bob: Client,
): Promise<void> {
  const room = { conversation_id: id };
  const ada = { ...room, user_id: "ada" };
  const asBob = { ...room, user_id: "bob" };
  const { inbox } = looking;
  // What is about something that is not there is refused.
  const ignore = () => undefined;
  switch (kind) {
    case "say":
      return void bob.messages.send({ ...asBob, content: `${n}` }).catch(ignore);
    case "mention":
      return void bob.messages.send({ ...asBob, content: "@", mentions: "everyone" }).catch(ignore);
    case "own":
      return void bob.messages.send({ ...ada, content: "own" }).catch(ignore);
    case "delete":
      return void bob.messages.delete({ ...asBob, seq: n + 1 }).catch(ignore);
    case "edit":
      return void bob.messages.edit({ ...asBob, seq: n + 1, content: "edited" }).catch(ignore);
    case "react":
      return void bob.messages.react({ ...asBob, seq: n + 1, key: "x" }).catch(ignore);
    case "mark":
      return inbox.markRead(id);
    case "markPart":
      return inbox.markRead(id, n);
    case "markOther":
      return void bob.reads.mark({ ...ada, read_seq: n }).catch(ignore);
    case "unread":
      return void inbox.markUnread(id, n + 1).catch(ignore);
    case "pin":
      return void inbox.update(id, { pinned: n % 2 === 0 }).catch(ignore);
    case "archive":
      return void inbox.update(id, { archived: n % 3 > 0 }).catch(ignore);
    case "mute": {
      const muted_until = n % 2 ? null : new Date(Date.now() + 3_600_000).toISOString();
      return void inbox.update(id, { muted_until }).catch(ignore);
    }
    case "join":
      return void (await bob.conversations.addMember(ada).catch(ignore));
    case "leave":
      return void (await bob.conversations.removeMember(ada).catch(ignore));
    case "title":
      return void bob.conversations.update({ ...room, title: `title ${n}` }).catch(ignore);
    case "more":
      return void inbox.loadMore().catch(ignore);
    case "cut":
      return network.cut();
    case "away":
      return network.goAway();
    case "back":
      return network.comeBack();
    default:
      await chat.reads.totals({ user_id: "ada" }, { timeoutMs: 20 * (n + 1) }).catch(ignore);
  }
}

/** Checks what must be so at every moment. */
function checkTold({ told }: Looking): void {
  for (const { conversations, totals } of told) {
    expect(new Set(conversations.map(({ id }) => id)).size).toBe(conversations.length);
    const numbers = conversations.flatMap((one) => [one.unread_count, one.mention_count]);
    expect(Math.min(0, ...numbers, ...Object.values(totals ?? {}))).toBe(0);
  }
}
