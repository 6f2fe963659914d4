import { checkSameEntry, type StoredEntry } from "../../changes/repeats.ts";
import type { Job } from "../../commit/job.ts";
import type { Appended } from "../../ports/log.ts";
import { type Stream, streamOf } from "../../stream.ts";
import type { Append } from "../activity.ts";
import { entryKey } from "../entry-documents.ts";

/** The job of one append. */
export type AppendJob = Job<Append, Appended>;

/** An entry to be stored, and all jobs of the group that have its key, in order. The entry is that of the first job. */
export interface PendingAppend {
  append: Append;
  key: string;
  stream: Stream;
  jobs: AppendJob[];
}

/** Groups jobs by key and sorts them by stream, so that on a sharded cluster a group is one run for each shard. */
export function toPendingAppends(jobs: readonly AppendJob[]): PendingAppend[] {
  const appends = new Map<string, PendingAppend>();
  for (const job of jobs) {
    const stream = streamOf(job.item.entry);
    const key = entryKey(stream, job.item.entry.id);
    const pending = appends.get(key);
    if (pending) pending.jobs.push(job);
    else appends.set(key, { append: job.item, key, stream, jobs: [job] });
  }
  return [...appends.values()].sort((a, b) => compare(a.stream, b.stream));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Keeps the jobs that are not settled. */
export function withoutSettled(appends: PendingAppend[]): PendingAppend[] {
  const jobs = appends.flatMap((pending) => pending.jobs);
  const unsettled = jobs.filter(({ outcome }) => outcome === undefined);
  return unsettled.length === jobs.length ? appends : toPendingAppends(unsettled);
}

/** Settles all jobs with the entry stored under their key. Only the first can have created it; other bodies conflict. */
export function settleAppend({ jobs }: PendingAppend, stored: StoredEntry, created: boolean): void {
  for (const [index, job] of jobs.entries()) {
    try {
      checkSameEntry(stored, job.item.entry);
      job.resolve({ entry: stored.entry, created: created && index === 0 });
    } catch (error) {
      job.reject(error);
    }
  }
}
