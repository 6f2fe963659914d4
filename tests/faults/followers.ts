import type { Message } from "@chatnest/db";
import { expect } from "vitest";
import { Subscriber } from "../support/subscriber.ts";
import { until } from "../support/until.ts";
import type { Histories } from "./oracle.ts";

/** Live followers at work. */
export interface Followers extends AsyncDisposable {
  /** Every message that any of them was told of, so far. */
  readonly seen: readonly Message[];
  /** Waits until each has all, and checks that it has each message once, in order. */
  finish(histories: Histories): Promise<void>;
}

const finishMsMax = 15_000;

/** Starts a live follower of each conversation through each instance; one whose instance is gone goes on through the next. */
export function startFollowers(
  urls: readonly string[],
  conversations: readonly string[],
): Followers {
  const followers = urls.flatMap((_, first) =>
    conversations.map((conversation) => ({
      conversation,
      subscriber: new Subscriber({
        urls: [...urls.slice(first), ...urls.slice(0, first)],
        path: `/messages/${conversation}/events`,
      }),
    })),
  );
  async function stop(): Promise<void> {
    await Promise.all(followers.map(({ subscriber }) => subscriber.stop()));
  }
  return {
    get seen() {
      return followers.flatMap(({ subscriber }) => subscriber.messages);
    },
    async finish(histories) {
      const haveAll = () =>
        followers.every(({ conversation, subscriber }) => {
          return subscriber.count >= (histories.get(conversation)?.length ?? 0);
        });
      const what = "every live follower has every message";
      await until(haveAll, { timeoutMs: finishMsMax, what });
      await stop();
      for (const { conversation, subscriber } of followers) {
        expect(subscriber.wrongs).toEqual([]);
        expect(subscriber.messages).toEqual(histories.get(conversation));
      }
    },
    [Symbol.asyncDispose]: stop,
  };
}
