import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { isStoreError, StoreError } from "../errors.ts";
import type { Erasure, ErasureMode, ErasurePart, Leftover } from "../ports/erasures.ts";
import type { ChatStore } from "../store.ts";

/** What an erasure has done. */
export interface ErasureReport {
  mode: ErasureMode;
  /** Takes the place of the id. */
  pseudonym: string;
  memberships: number;
  /** Entries of notes. */
  notes: number;
  /** Entries of conversations that had the id. */
  entries: number;
  /** Messages that were deleted, and reactions that were removed. */
  messages: number;
  reactions: number;
}

/** How far an erasure is. */
export interface ErasureProgress extends Pick<ErasurePart, "examined" | "total"> {
  step: "replacing" | "deleting" | "waiting" | "finishing";
  /** Counted from 1: everything is done again until there is nothing left to do. */
  round: number;
}

/** How to erase. */
export interface EraseUserOptions {
  onProgress?(progress: ErasureProgress): void;
  /** Stops the erasure, which can be repeated to go on. */
  signal?: AbortSignal;
  /** @default that of the store */
  settleMs?: number;
}

/** After so many rounds the user is still writing. */
const roundsMax = 5;
/** How many messages and reactions are deleted at the same time. */
const deletedAtOnce = 200;

/**
 * Erases a user: replaces its id by a pseudonym, and in the mode `delete` deletes its messages and reactions under that one.
 * Can be interrupted at any point and repeated. Whoever erases a user has ended its access before.
 * @throws StoreError `conflict` when the erasure has begun in the other mode, or the user is still writing; `invalid`,
 * `unavailable`, `closed`; the reason of the signal.
 */
export async function eraseUser(
  store: ChatStore,
  { user_id, mode }: Pick<Erasure, "user_id" | "mode">,
  options: EraseUserOptions = {},
): Promise<ErasureReport> {
  const { onProgress = () => {}, signal, settleMs = store.erasures.settleMs } = options;
  const { erasures } = store;
  const erasure = await erasures.begin(user_id, mode);
  const { pseudonym } = erasure;
  // From now on others do not copy the id any further.
  await erasures.tell();
  const report: ErasureReport = {
    ...{ mode, pseudonym, memberships: 0, notes: 0, entries: 0, messages: 0, reactions: 0 },
  };
  let progress: ErasureProgress = { step: "replacing", round: 1, examined: 0, total: 0 };

  function tell(change: Partial<ErasureProgress>): void {
    signal?.throwIfAborted();
    progress = { ...progress, ...change };
    onProgress(progress);
  }

  /** Takes a step over all entries, part by part. */
  async function pass<TPart extends ErasurePart>(
    step: ErasureProgress["step"],
    take: (from: string | undefined) => Promise<TPart>,
  ): Promise<void> {
    tell({ step, examined: 0 });
    for (let from: string | undefined, isEnd = false; !isEnd; ) {
      const part = await take(from);
      tell({ examined: progress.examined + part.examined, total: part.total });
      from = part.next;
      isEnd = from === undefined;
    }
  }

  async function drain(take: () => Promise<number>): Promise<number> {
    let count = 0;
    for (let some = await take(); some > 0; some = await take()) {
      count += some;
      signal?.throwIfAborted();
    }
    return count;
  }

  async function remove(leftover: Leftover): Promise<void> {
    const body = leftover.kind === "reaction" ? { ...leftover, added: false } : leftover;
    try {
      const { created } = await store.log.append({ ...body, id: randomUUID(), user_id: pseudonym });
      if (created) report[leftover.kind === "reaction" ? "reactions" : "messages"]++;
    } catch (error) {
      // Somebody else has deleted the message.
      if (!isStoreError(error, "not_found")) throw error;
    }
  }

  async function removeAll(kind: Leftover["kind"]): Promise<void> {
    await pass("deleting", async (from) => {
      const part = await erasures.leftovers(erasure, from);
      const found = part.found.filter((leftover) => leftover.kind === kind);
      for (let start = 0; start < found.length; start += deletedAtOnce) {
        await Promise.all(found.slice(start, start + deletedAtOnce).map(remove));
        signal?.throwIfAborted();
      }
      return part;
    });
  }

  function countDone(): number {
    const { memberships, notes, entries, messages, reactions } = report;
    return memberships + notes + entries + messages + reactions;
  }

  for (let round = 1; ; round++) {
    const before = countDone();
    tell({ round });
    report.memberships += await drain(() => erasures.memberships(erasure));
    report.notes += await drain(() => erasures.notes(erasure));
    await pass("replacing", async (from) => {
      const part = await erasures.replace(erasure, from);
      report.entries += part.replaced;
      return part;
    });
    if (mode === "delete") {
      // Reactions to a deleted message go with it.
      await removeAll("deletion");
      await removeAll("reaction");
    }
    if (countDone() === before) break;
    await erasures.tell();
    if (round === roundsMax) throw stillWriting();
    tell({ step: "waiting" });
    await pause(settleMs, undefined, { ...(signal && { signal }) });
  }
  tell({ step: "finishing" });
  await erasures.finish(erasure);
  return report;
}

function stillWriting(): StoreError {
  return new StoreError(
    "conflict",
    "the user is still writing: end its access, then erase it again",
  );
}
