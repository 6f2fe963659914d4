import { type ChatStore, type StoreEvent, type Stream, streamOf } from "@chatnest/db";
import { type CheckMessage, checkChannel } from "./diagnostics.ts";
import { Erasures } from "./erasures.ts";
import { LogTail } from "./log-tail.ts";

/** A followed log. Its tail is kept until every follower has released it. */
export interface Followed {
  tail: LogTail;
  /** Stops following the log. Can be called twice. */
  release(): void;
}

/** The options of a hub. */
export interface HubOptions {
  /** How often all followed logs are compared with the store, in ms. @default 5000 */
  checkEveryMs?: number;
  /** How many entries of a followed log are kept at most. They also take at most 128 KiB. @default 256 */
  ringLengthMax?: number;
}

/** What one part of a check compared with the store. */
export type CheckCounts = Pick<CheckMessage, "logs" | "conversations" | "memberships">;

/** Wakes the readers of a process. */
export interface Hub {
  /** Follows a log. */
  follow(stream: Stream): Followed;
  /** What this process knows of erased texts. */
  readonly erasures: Erasures;
  /**
   * Returns the name of the epoch, which is read once.
   * @throws StoreError `unavailable`, `closed`.
   */
  epoch(): Promise<string>;
  /** Tells whether an epoch is still current. It is not after a backup was restored. */
  isCurrent(epoch: string): boolean;
  /** Adds a listener for every event. It is called before the tails learn of the event. */
  onEvent(listen: (event: StoreEvent) => void): void;
  /** Adds a part to every check. A part that is slow, or fails, holds up no other. */
  onCheck(check: () => Promise<CheckCounts>): void;
  /** When the last check whose parts are all complete started, by `performance.now()`. */
  readonly checkedAt: number;
  readonly isClosed: boolean;
  /** Wakes every reader for the last time. */
  close(): void;
}

/** A part of a check. */
interface Part {
  check(): Promise<CheckCounts>;
  /** When the last one that was completed began, by `performance.now()`. */
  checkedAt: number;
  underWay?: Promise<void> | undefined;
}

const checkEveryMsDefault = 5_000;
/** After how long without a complete check events count as missed, in ms. */
export const unheardMaxMs = 40_000;
/** How many logs one call of the store compares. */
const checkSize = 1_000;

/**
 * Creates a hub. Events of the store wake readers at once. In addition, all followed logs are compared with the store every few
 * seconds, so that a lost event is only a delay.
 */
export function createHub(store: ChatStore, options: HubOptions = {}): Hub {
  const followed = new Map<Stream, { tail: LogTail; followers: number }>();
  const erasures = new Erasures();
  let knownEpoch: string | undefined;
  /** Concurrent callers share a read: otherwise the older of two could finish last, with an outdated name. */
  let epochRead: Promise<string> | undefined;
  let isClosed = false;
  /** The `checkedAt` for which `missed` was last emitted, so that it is emitted once. */
  let missedSince: number | undefined;
  const listeners: ((event: StoreEvent) => void)[] = [];
  const createdAt = performance.now();
  const logs: Part = { check: compareLogs, checkedAt: createdAt };
  const others: Part[] = [];

  const unwatch = store.watch(hear);
  const timer = setInterval(check, options.checkEveryMs ?? checkEveryMsDefault).unref();

  function hear(event: StoreEvent): void {
    if (event.kind === "entry" && event.entry.kind === "deletion") erasures.add(event.entry);
    emit(event);
    // An entry may arrive, or arrive again, after the deletion of its message.
    if (event.kind === "entry") {
      followed.get(streamOf(event.entry))?.tail.push(erasures.apply(event.entry));
    }
    if (event.kind === "erased") for (const { tail } of followed.values()) tail.forget();
    if (event.kind === "missed") void check();
  }

  function emit(event: StoreEvent): void {
    for (const listen of listeners) listen(event);
  }

  /** Compares what this process knows with the store: the epoch and the logs first, then all else at the same time. */
  async function check(): Promise<void> {
    await checkPart(logs);
    for (const part of others) void checkPart(part);
  }

  /** Checks a part. Concurrent callers share a check. */
  function checkPart(part: Part): Promise<void> {
    part.underWay ??= checkAndPublish(part).finally(() => {
      part.underWay = undefined;
    });
    return part.underWay;
  }

  async function checkAndPublish(part: Part): Promise<void> {
    const startedAt = performance.now();
    // What fails is left to the next check.
    const counts = await part.check().catch(() => undefined);
    // Dated to the start: a slow check may not have seen what happened meanwhile.
    if (counts) part.checkedAt = startedAt;
    if (!checkChannel.hasSubscribers) return;
    const durationMs = performance.now() - startedAt;
    checkChannel.publish({ ...counts, durationMs, isComplete: counts !== undefined });
  }

  function checkedAt(): number {
    return Math.min(...[logs, ...others].map((part) => part.checkedAt));
  }

  async function compareLogs(): Promise<CheckCounts> {
    if (knownEpoch !== undefined && (await store.epoch()) !== knownEpoch) startNewEpoch();
    await store.erasures.check();
    for (const { tail } of followed.values()) tail.age();
    const streams = [...followed.keys()];
    for (let start = 0; start < streams.length; start += checkSize) {
      const heads = await store.log.heads(streams.slice(start, start + checkSize));
      for (const [stream, { seq, said_seq }] of heads) {
        followed.get(stream)?.tail.learn(seq, said_seq);
      }
    }
    // After this long, a quiet conversation may have become active and quiet again, unseen.
    if (performance.now() - checkedAt() > unheardMaxMs && missedSince !== checkedAt()) {
      missedSince = checkedAt();
      emit({ kind: "missed" });
    }
    return { logs: streams.length };
  }

  async function readEpoch(): Promise<string> {
    knownEpoch = await store.epoch();
    return knownEpoch;
  }

  // What the tails and their readers know belongs to another history.
  function startNewEpoch(): void {
    knownEpoch = undefined;
    emit({ kind: "missed" });
    const tails = [...followed.values()].map(({ tail }) => tail);
    followed.clear();
    for (const tail of tails) tail.wake();
  }

  return {
    erasures,
    follow(stream) {
      const entry = followed.get(stream) ?? {
        tail: new LogTail(store, stream, { ringLengthMax: options.ringLengthMax, erasures }),
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
      emit({ kind: "missed" });
      for (const { tail } of followed.values()) tail.wake();
    },
  };
}
