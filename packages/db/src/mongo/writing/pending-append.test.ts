import { describe, expect, it } from "vitest";
import { createJob, type PendingJob } from "../../commit/job.ts";
import type { Entry } from "../../entities.ts";
import type { Appended, NewMessage } from "../../ports/log.ts";
import type { Append } from "../activity.ts";
import { settleAppend, toPendingAppends, withoutSettled } from "./pending-append.ts";

const timestamp = "2026-01-01T00:00:00.000Z";

function newJob(fields: Partial<NewMessage> = {}): PendingJob<Append, Appended> {
  const message = { id: "message-1", user_id: "ann", content: "hi", conversation_id: "tea" };
  return createJob({ entry: { kind: "message", ...message, ...fields }, admission: "join" });
}

function toStored({ item }: { item: Append }): Entry {
  if (item.entry.kind !== "message") throw new Error("it is a message");
  return { ...item.entry, timestamp, seq: 1 };
}

describe("pending appends", () => {
  it("gather what has one id in one stream, and come in the order of their streams", () => {
    const jobs = [
      newJob({ conversation_id: "b" }),
      newJob({ conversation_id: "a", id: "message-2" }),
      newJob({ conversation_id: "b", content: "other" }),
      newJob({ conversation_id: "a" }),
      newJob({ conversation_id: null }),
    ];
    const appends = toPendingAppends(jobs);
    expect(appends.map(({ stream, jobs: { length } }) => [stream, length])).toEqual([
      ["c:a", 1],
      ["c:a", 1],
      ["c:b", 2],
      ["n:ann", 1],
    ]);
    expect(appends.map(({ append }) => append.entry.id).slice(0, 2)).toEqual([
      "message-2",
      "message-1",
    ]);
  });

  it("are answered together: one has created the message, other bodies conflict", async () => {
    const jobs = [newJob(), newJob({ content: "other" }), newJob(), newJob({ user_id: "bob" })];
    const [pending] = toPendingAppends(jobs);
    if (!pending) throw new Error("there is one");
    expect(withoutSettled([pending])).toEqual([pending]);
    const entry = toStored(newJob());
    settleAppend(pending, { entry }, true);
    expect(withoutSettled([pending])).toEqual([]);
    expect(await Promise.allSettled(jobs.map(({ result }) => result))).toMatchObject([
      { value: { entry, created: true } },
      { reason: { code: "conflict" } },
      { value: { entry, created: false } },
      { reason: { code: "conflict" } },
    ]);
  });

  it("have not created a message that has the body of a later one", async () => {
    const jobs = [newJob({ content: "other" }), newJob()];
    const [pending] = toPendingAppends(jobs);
    if (!pending) throw new Error("there is one");
    settleAppend(pending, { entry: toStored(newJob()) }, true);
    expect(await Promise.allSettled(jobs.map(({ result }) => result))).toMatchObject([
      { reason: { code: "conflict" } },
      { value: { created: false } },
    ]);
  });

  it("have the entry of the first job that is left when others are refused", () => {
    const jobs = [newJob({ content: "refused" }), newJob({ content: "left" }), newJob()];
    const appends = toPendingAppends(jobs);
    jobs[0]?.reject(new Error("refused"));
    jobs[0]?.result.catch(() => {});
    const [pending] = withoutSettled(appends);
    expect(pending?.append.entry).toMatchObject({ content: "left" });
    expect(pending?.jobs).toHaveLength(2);
  });
});
