import { type ChatStore, type StoreEvent, type Stream, streamOf } from "@chatnest/db";
import { type CheckMessage, checkChannel } from "./diagnostics.ts";
import { LogTail } from "./log-tail.ts";

/** A log that somebody follows; it is kept until everybody let go of it. */
export interface Followed {
  tail: LogTail;
  /** Lets go of the log; doing it twice is fine. */
  release(): void;
}

/** How a hub works. */
export interface HubOptions {
  /** How often the ends of all followed logs are compared with the store, in ms. @default 5000 */
  checkEveryMs?: number;
  /** How many of its newest entries are kept of a followed log. @default 256 */
  ringLengthMax?: number;
}

/** What one part of a check compared with the store. */
export type CheckCounts = Partial<Pick<CheckMessage, "conversations" | "memberships">>;

/** What wakes the readers of a process. */
export interface Hub {
  /** Follows a log. */
  follow(stream: Stream): Followed;
  /**
   * Reads the name of the store's epoch.
   * @throws StoreError `unavailable` or `closed`.
   */
  epoch(): Promise<string>;
  /** Says whether an epoch is still the store's; it is not any more after a backup was restored. */
  isCurrent(epoch: string): boolean;
  /** Hears of every event, before the logs do. */
  onEvent(listen: (event: StoreEvent) => void): void;
  /** Adds a part to every check. */
  onCheck(check: () => Promise<CheckCounts>): void;
  /** When the last check that was completed began, by `performance.now()`. */
  readonly checkedAt: number;
  readonly isClosed: boolean;
  /** Wakes every reader for the last time. */
  close(): void;
}

const checkEveryMsDefault = 5_000;
/** Without a check for so long, what was heard does not count as all, in ms. */
export const unheardMaxMs = 40_000;
/** So many logs are checked by one command. */
const checkSize = 1_000;

/**
 * Wakes the readers of logs: at once by what the store tells, and within a few seconds by a look at the ends of all
 * followed logs, so that a wake-up that was lost is a delay and never silence.
 */
export function createHub(store: ChatStore, options: HubOptions = {}): Hub {
  const followed = new Map<Stream, { tail: LogTail; followers: number }>();
  let knownEpoch: string | undefined;
  /** Shared by all who ask meanwhile: of two, the older might be answered last, with a name that is gone. */
  let epochRead: Promise<string> | undefined;
  let isClosed = false;
  let checking: Promise<void> | undefined;
  let checkedAt = performance.now();
  /** When what was last told as missed began: once is enough. */
  let missedSince: number | undefined;
  const listeners: ((event: StoreEvent) => void)[] = [];
  const checks: (() => Promise<CheckCounts>)[] = [];

  const unwatch = store.watch(hear);
  const timer = setInterval(check, options.checkEveryMs ?? checkEveryMsDefault).unref();

  function hear(event: StoreEvent): void {
    tell(event);
    if (event.kind === "entry") followed.get(streamOf(event.entry))?.tail.push(event.entry);
    if (event.kind === "missed") void check();
  }

  function tell(event: StoreEvent): void {
    for (const listen of listeners) listen(event);
  }

  /** Compares what is known with the store; a check that is under way serves all who want one. */
  function check(): Promise<void> {
    checking ??= compareAndPublish().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  async function compareAndPublish(): Promise<void> {
    const startedAt = performance.now();
    const counts = { logs: 0, conversations: 0, memberships: 0 };
    // What fails is left to the next check.
    const isComplete = await compare(counts).then(
      () => true,
      () => false,
    );
    if (!checkChannel.hasSubscribers) return;
    checkChannel.publish({ ...counts, durationMs: performance.now() - startedAt, isComplete });
  }

  async function compare(counts: Required<CheckCounts> & { logs: number }): Promise<void> {
    const startedAt = performance.now();
    if (knownEpoch !== undefined && (await store.epoch()) !== knownEpoch) startNewEpoch();
    for (const { tail } of followed.values()) tail.age();
    const streams = [...followed.keys()];
    for (let start = 0; start < streams.length; start += checkSize) {
      const some = streams.slice(start, start + checkSize);
      const heads = await store.log.heads(some);
      counts.logs += some.length;
      for (const [stream, { seq }] of heads) followed.get(stream)?.tail.learn(seq);
    }
    // After so long, what was quiet before may have woken and fallen quiet again.
    if (performance.now() - checkedAt > unheardMaxMs && missedSince !== checkedAt) {
      missedSince = checkedAt;
      tell({ kind: "missed" });
    }
    for (const further of checks) Object.assign(counts, await further());
    // As of its beginning: what happened during a slow check may have been too late for it.
    checkedAt = startedAt;
  }

  async function readEpoch(): Promise<string> {
    knownEpoch = await store.epoch();
    return knownEpoch;
  }

  // What is known of the logs is of another history now, and so is what the readers hold.
  function startNewEpoch(): void {
    knownEpoch = undefined;
    tell({ kind: "missed" });
    const tails = [...followed.values()].map(({ tail }) => tail);
    followed.clear();
    for (const tail of tails) tail.wake();
  }

  return {
    follow(stream) {
      const entry = followed.get(stream) ?? {
        tail: new LogTail(store, stream, options.ringLengthMax),
        followers: 0,
      };
      followed.set(stream, entry);
      entry.followers++;
      let isReleased = false;
      return {
        tail: entry.tail,
        release() {
          if (isReleased) return;
          isReleased = true;
          entry.followers--;
          if (entry.followers === 0 && followed.get(stream) === entry) followed.delete(stream);
        },
      };
    },
    async epoch() {
      if (knownEpoch !== undefined) return knownEpoch;
      epochRead ??= readEpoch().finally(() => {
        epochRead = undefined;
      });
      return epochRead;
    },
    onEvent: (listen) => listeners.push(listen),
    onCheck: (further) => checks.push(further),
    isCurrent: (epoch) => epoch === knownEpoch,
    get checkedAt() {
      return checkedAt;
    },
    get isClosed() {
      return isClosed;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      unwatch();
      tell({ kind: "missed" });
      for (const { tail } of followed.values()) tail.wake();
    },
  };
}
