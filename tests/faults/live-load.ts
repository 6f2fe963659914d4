import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createChatClient } from "@chatnest/client";
import { expect } from "vitest";
import { upTo } from "../support/live.ts";
import { Subscriber } from "../support/subscriber.ts";
import { until } from "../support/until.ts";
import { type SdkClient, startSdkClient } from "./sdk-clients.ts";
import { send } from "./send.ts";

/** Writers and subscribers of one conversation at work. */
export interface LiveLoad extends AsyncDisposable {
  /** How many messages are acknowledged. */
  readonly written: number;
  /** Waits until so many more are acknowledged, and every subscriber has them. */
  goOn(count: number): Promise<void>;
  /** Ends the writing, waits until all have all, and checks that each has each exactly once, in order. */
  finish(name: string): Promise<void>;
}

const writerCount = 3;
const subscriberCount = 20;
const followerCount = 6;
const pauseBetweenSendsMs = 10;
const pauseBeforeRepeatMs = 200;
const runMsMax = 80_000;

/**
 * Starts three writers and twenty subscribers of one conversation, of whom half leave and come back at random, and six
 * clients of the SDK that follow all of a user.
 */
export async function startLiveLoad(urls: readonly string[]): Promise<LiveLoad> {
  const room = `live-${randomUUID().slice(0, 8)}`;
  const path = `/messages/${room}/events`;
  const stopped = new AbortController();
  const end = performance.now() + runMsMax;
  const wrongs: string[] = [];
  let written = 0;

  async function write(writer: number): Promise<void> {
    for (let at = writer; !stopped.signal.aborted && performance.now() < end; ) {
      const sent = {
        id: randomUUID(),
        user_id: `w-${writer}`,
        content: "x",
        conversation_id: room,
      };
      // Tried until its outcome is known: with the same id, that is safe.
      for (;;) {
        const answer = await send(urls[at % urls.length] ?? "", sent);
        if (answer.kind === "wrong") wrongs.push(answer.reason);
        if (answer.kind !== "unknown") break;
        at++;
        if (performance.now() > end) return void wrongs.push("a send was never answered");
        await delay(pauseBeforeRepeatMs);
      }
      written++;
      await delay(pauseBetweenSendsMs);
    }
  }

  const followers = await startFollowers(urls, room);
  const writing = Promise.all(upTo(writerCount).map(write));
  const subscribers = upTo(subscriberCount).map((number) => {
    const from = number % urls.length;
    const rotated = [...urls.slice(from), ...urls.slice(0, from)];
    return new Subscriber({ urls: rotated, path, ...(number % 2 === 0 && { staysMsMax: 1_500 }) });
  });
  const seqsOf = ({ received }: SdkClient) => received.get(room) ?? [];
  const subscribersHave = (count: number) =>
    subscribers.every((subscriber) => subscriber.count >= count);
  // Who takes its time to come back, as the server asks, is not waited for before the end.
  const allHave = (count: number) =>
    subscribersHave(count) && followers.every((follower) => seqsOf(follower).length >= count);

  async function stop(): Promise<void> {
    stopped.abort();
    await writing;
    await Promise.all([
      ...subscribers.map((subscriber) => subscriber.stop()),
      ...followers.map((follower) => follower.close()),
    ]);
  }

  return {
    get written() {
      return written;
    },
    async goOn(count) {
      const goal = written + count;
      await until(() => written >= goal && subscribersHave(goal), {
        timeoutMs: 30_000,
        what: `${goal} are written and received; ${written} are written`,
      });
    },
    async finish(name) {
      stopped.abort();
      await writing;
      const startedAt = performance.now();
      await until(() => allHave(written), { timeoutMs: 40_000, what: "all have all" }).catch(
        () => {},
      );
      const waitedMs = Math.round(performance.now() - startedAt);
      await stop();
      const connections = subscribers.reduce((sum, subscriber) => sum + subscriber.connections, 0);
      process.stdout.write(
        `LIVE ${name}: ${written} messages, ${subscriberCount} subscribers, ${connections} connections, ${followerCount} followers of a user, the last had all after ${waitedMs} ms\n`,
      );
      const all = [...subscribers, ...followers];
      expect([...wrongs, ...all.flatMap((one) => one.wrongs)]).toEqual([]);
      for (const { seqs } of subscribers) expect(seqs).toEqual(upTo(written));
      for (const follower of followers) expect(seqsOf(follower)).toEqual(upTo(written));
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function startFollowers(urls: readonly string[], room: string): Promise<SdkClient[]> {
  const names = upTo(followerCount).map((number) => `follower-${number}`);
  const [url = ""] = urls;
  await createChatClient({ url }).conversations.create({ id: room, user_ids: names });
  const followers = names.map((name, index) => {
    const manner = index % 2 === 0 ? "user by handlers" : "user by loops";
    return startSdkClient({ name, url: urls[index % urls.length] ?? "", manner }, [room]);
  });
  await Promise.all(followers.map(({ ready }) => ready));
  return followers;
}
