import type { Job } from "../../commit/job.ts";
import { checkSameMessage } from "../../new-message.ts";
import type { Appended, NewMessage } from "../../store.ts";
import { type Stream, streamOf } from "../../stream.ts";
import { messageKey } from "../documents.ts";

/** The job of one send. */
export type SendJob = Job<NewMessage, Appended>;

/** A message to be stored, and all jobs of the group that have its key, in order. The message is that of the first job. */
export interface PendingSend {
  message: NewMessage;
  key: string;
  stream: Stream;
  jobs: SendJob[];
}

/** Groups jobs by key and sorts them by stream, so that on a sharded cluster a group is one run for each shard. */
export function toPendingSends(jobs: readonly SendJob[]): PendingSend[] {
  const sends = new Map<string, PendingSend>();
  for (const job of jobs) {
    const stream = streamOf(job.item);
    const key = messageKey(stream, job.item.id);
    const send = sends.get(key);
    if (send) send.jobs.push(job);
    else sends.set(key, { message: job.item, key, stream, jobs: [job] });
  }
  return [...sends.values()].sort((a, b) => compare(a.stream, b.stream));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Says whether one of its jobs is unsettled. */
export function isUnsettled({ jobs }: PendingSend): boolean {
  return jobs.some(({ outcome }) => outcome === undefined);
}

/** Settles all jobs with the message stored under their key. Only the first can have created it; other bodies conflict. */
export function answerSend({ jobs }: PendingSend, { message, created }: Appended): void {
  for (const [index, job] of jobs.entries()) {
    try {
      checkSameMessage(message, job.item);
      job.resolve({ message, created: created && index === 0 });
    } catch (error) {
      job.reject(error);
    }
  }
}
