import { type ChatStore, type StoreEvent, type Stream, streamOf } from "@chatnest/db";
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
  /** Adds to what is done at every check. One that takes long, or fails, holds up no other. */
  onCheck(check: () => Promise<void>): void;
  /** When the last check that was completed, in all its parts, began, by `performance.now()`. */
  readonly checkedAt: number;
  readonly isClosed: boolean;
  /** Wakes every reader for the last time. */
  close(): void;
}

/** A part of a check. */
interface Part {
  check(): Promise<void>;
  /** When the last one that was completed began, by `performance.now()`. */
  checkedAt: number;
  underWay?: Promise<void> | undefined;
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
  /** When what was last told as missed began: once is enough. */
  let missedSince: number | undefined;
  const listeners: ((event: StoreEvent) => void)[] = [];
  const createdAt = performance.now();
  const logs: Part = { check: compare, checkedAt: createdAt };
  const others: Part[] = [];

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

  /** Compares what is known with the store: the epoch and the logs first, then all else at the same time. */
  async function check(): Promise<void> {
    await checkPart(logs);
    for (const part of others) void checkPart(part);
  }

  /** Checks a part; a check that is under way serves all who want one. */
  function checkPart(part: Part): Promise<void> {
    // As of its beginning: what happened during a slow check may have been too late for it.
    const startedAt = performance.now();
    part.underWay ??= part
      .check()
      .then(() => {
        part.checkedAt = startedAt;
      })
      // What fails now is done by the next one.
      .catch(() => {})
      .finally(() => {
        part.underWay = undefined;
      });
    return part.underWay;
  }

  function checkedAt(): number {
    return Math.min(...[logs, ...others].map((part) => part.checkedAt));
  }

  async function compare(): Promise<void> {
    if (knownEpoch !== undefined && (await store.epoch()) !== knownEpoch) startNewEpoch();
    for (const { tail } of followed.values()) tail.age();
    const streams = [...followed.keys()];
    for (let start = 0; start < streams.length; start += checkSize) {
      const heads = await store.log.heads(streams.slice(start, start + checkSize));
      for (const [stream, { seq }] of heads) followed.get(stream)?.tail.learn(seq);
    }
    // After so long, what was quiet before may have woken and fallen quiet again.
    if (performance.now() - checkedAt() > unheardMaxMs && missedSince !== checkedAt()) {
      missedSince = checkedAt();
      tell({ kind: "missed" });
    }
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
    onCheck: (part) => others.push({ check: part, checkedAt: createdAt }),
    isCurrent: (epoch) => epoch === knownEpoch,
    get checkedAt() {
      return checkedAt();
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
