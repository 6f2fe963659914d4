import type { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { inTime } from "../../commit/in-time.ts";
import { StoreError } from "../../errors.ts";
import { toStoreError } from "../errors.ts";
import { openChangeCount } from "../statements.ts";
import { openCheckpoints } from "./checkpoints.ts";
import type { SyncedFiles } from "./synced-files.ts";
import { inTransaction } from "./transactions.ts";

/** For how long transactions run before they are synced together, in ms. */
const batchMs = 4;
/** How long a closing store waits for what is under way, in ms. */
const lastSyncMs = 500;

/**
 * Runs a function in a transaction, which is rolled back when it throws, and resolves with what it returned once that is
 * durable. Transactions run in the order of the calls.
 * @throws StoreError `unavailable`, `closed`, or whatever `run` throws.
 */
export type Durably = <TResult>(run: () => TResult) => Promise<TResult>;

/** The one way to write. */
export interface Commits {
  durably: Durably;
  /**
   * Runs a function outside of a transaction while nothing else is written, and resolves once it has returned. SQLite syncs what
   * it writes.
   * @throws StoreError `unavailable`, `closed`, or whatever `run` throws.
   */
  alone(run: () => void): Promise<void>;
  /** Tells whether all that can be read is durable; never again after a sync has failed. */
  isSynced(): boolean;
  /**
   * Resolves once all that can be read is durable.
   * @throws StoreError `unavailable` when a sync has failed.
   */
  synced(): Promise<void>;
  /** @throws StoreError `unavailable` when a sync has failed. */
  check(): void;
  /** Finishes what is under way and closes the database. */
  close(): Promise<void>;
}

/** A transaction that has to run, or has run and is not yet durable. */
interface Commit {
  /** Runs it, and returns what answers its caller. */
  run(): () => void;
  reject(error: unknown): void;
}

/**
 * Opens the way to write. Transactions are written to the WAL without a sync, and synced beside the event loop; the next one
 * runs after that. `PRAGMA synchronous` is FULL whenever none runs, so whatever closes the connection closes it safely.
 * `onRollback` is called in the turn in which a transaction is rolled back.
 */
export function openCommits(db: DatabaseSync, files: SyncedFiles, onRollback: () => void): Commits {
  const countChanges = openChangeCount(db);
  const checkpoints = openCheckpoints(db, {
    ...files,
    syncWal: () => guarded(files.syncWal()),
    syncDatabase: () => guarded(files.syncDatabase()),
  });
  const waiting: Commit[] = [];
  const inFlight: Commit[] = [];
  let syncing: Promise<void> | undefined;
  let working: Promise<void> | undefined;
  let failure: StoreError | undefined;
  let isClosed = false;

  function check(): void {
    if (failure) throw failure;
  }

  /** After a failed sync nobody knows what is on the disk: the system may have dropped what it could not write. */
  function fail(cause: unknown): void {
    if (failure) return;
    const message = "the embedded store could not sync its files: start it anew";
    failure = new StoreError("unavailable", message, { cause });
    rejectAll(failure);
    // A normal exit would close the connection, and SQLite would delete the WAL, which may be the only good copy.
    process.once("exit", () => {
      if (db.isOpen) process.exit();
    });
  }

  function rejectAll(error: unknown): void {
    for (const { reject } of [...inFlight.splice(0), ...waiting.splice(0)]) reject(error);
  }

  async function guarded(sync: Promise<void>): Promise<void> {
    try {
      await sync;
    } catch (error) {
      fail(error);
    }
    check();
  }

  async function commit<TResult>(run: () => TResult): Promise<TResult> {
    check();
    if (isClosed) throw new StoreError("closed", "the store is closed");
    const { promise, resolve, reject } = Promise.withResolvers<TResult>();
    waiting.push({
      reject,
      run() {
        try {
          const result = run();
          return () => resolve(result);
        } catch (error) {
          onRollback();
          return () => reject(error);
        }
      },
    });
    working ??= work();
    return promise;
  }

  function runAlone(run: () => void): void {
    try {
      run();
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      try {
        await checkpoints.makeIfDue();
        await commitBatch();
      } catch (error) {
        rejectAll(error);
      }
      // What waited for the sync reads before the next transaction runs.
      await turn();
    }
    working = undefined;
  }

  async function commitBatch(): Promise<void> {
    const before = countChanges();
    const answers = runWaiting();
    if (countChanges() !== before) {
      syncing = guarded(files.syncWal());
      try {
        await syncing;
      } finally {
        syncing = undefined;
      }
    }
    inFlight.length = 0;
    for (const answer of answers) answer();
  }

  function runWaiting(): (() => void)[] {
    const answers: (() => void)[] = [];
    const startedAt = performance.now();
    do {
      const commit = waiting.shift();
      if (!commit) break;
      inFlight.push(commit);
      answers.push(commit.run());
    } while (performance.now() - startedAt < batchMs);
    return answers;
  }

  return {
    durably: (run) => commit(() => inTransaction(db, run)),
    alone: (run) => commit(() => runAlone(run)),
    check,
    isSynced: () => !syncing && !failure,
    async synced() {
      while (syncing) await syncing;
      check();
    },
    async close() {
      isClosed = true;
      try {
        await inTime(working ?? Promise.resolve(), lastSyncMs);
        check();
      } catch (error) {
        return fail(error);
      }
      db.close();
      files.close();
    },
  };
}
