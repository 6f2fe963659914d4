import { setImmediate as turn } from "node:timers/promises";
import { vi } from "vitest";
import type { Live } from "../src/live/index.ts";
import type { FollowUserInput, UserNews } from "../src/live/user/follow-user.ts";

type Kind = UserNews["kind"];
type NewsOf<TKind extends Kind> = Extract<UserNews, { kind: TKind }>;

/** Follows a user with the inbox, and keeps what it is told. */
export class InboxReader {
  readonly news: UserNews[] = [];
  /** How the following ended. */
  error: unknown;
  readonly #connection = new AbortController();

  constructor(live: Live, input: FollowUserInput, signal?: AbortSignal) {
    const { signal: own } = this.#connection;
    void this.#read(live, { inbox: true, ...input }, signal ? AbortSignal.any([own, signal]) : own);
  }

  /** What was told of one kind. */
  of<TKind extends Kind>(kind: TKind): NewsOf<TKind>[] {
    return this.news.filter((news): news is NewsOf<TKind> => news.kind === kind);
  }

  /** The newest of one kind. */
  last<TKind extends Kind>(kind: TKind): NewsOf<TKind> | undefined {
    return this.of(kind).at(-1);
  }

  /** Forgets what was told so far. */
  clear(): void {
    this.news.length = 0;
  }

  stop(): void {
    this.#connection.abort();
  }

  async #read(live: Live, input: FollowUserInput, signal: AbortSignal): Promise<void> {
    try {
      for await (const news of live.followUser(input, signal)) this.news.push(news);
    } catch (error) {
      this.error = error;
    }
  }
}

/** Lets faked timers pass, with turns of the event loop after each step, so that reads of the store are finished. */
export async function pass(ms: number, stepMs = 50): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await vi.advanceTimersByTimeAsync(Math.min(stepMs, ms - passed));
    for (let turns = 0; turns < 10; turns++) await turn();
  }
}
