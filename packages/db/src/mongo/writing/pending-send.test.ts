import { describe, expect, it } from "vitest";
import { createJob, type PendingJob } from "../../commit/job.ts";
import type { Message } from "../../entities.ts";
import type { Appended, NewMessage } from "../../store.ts";
import { answerSend, isUnsettled, toPendingSends } from "./pending-send.ts";

const timestamp = "2026-01-01T00:00:00.000Z";

function newJob(fields: Partial<NewMessage> = {}): PendingJob<NewMessage, Appended> {
  const message = { id: "message-1", user_id: "ann", content: "hi", conversation_id: "tea" };
  return createJob({ ...message, ...fields });
}

function toStored({ item }: { item: NewMessage }): Message {
  return { ...item, timestamp, seq: 1 };
}

describe("pending sends", () => {
  it("gather what has one id in one stream, and come in the order of their streams", () => {
    const jobs = [
      newJob({ conversation_id: "b" }),
      newJob({ conversation_id: "a", id: "message-2" }),
      newJob({ conversation_id: "b", content: "other" }),
      newJob({ conversation_id: "a" }),
      newJob({ conversation_id: null }),
    ];
    const sends = toPendingSends(jobs);
    expect(sends.map(({ stream, jobs: { length } }) => [stream, length])).toEqual([
      ["c:a", 1],
      ["c:a", 1],
      ["c:b", 2],
      ["n:ann", 1],
    ]);
    expect(sends.map(({ message }) => message.id).slice(0, 2)).toEqual(["message-2", "message-1"]);
  });

  it("are answered together: one has created the message, other bodies conflict", async () => {
    const jobs = [newJob(), newJob({ content: "other" }), newJob(), newJob({ user_id: "bob" })];
    const [send] = toPendingSends(jobs);
    if (!send) throw new Error("there is one");
    expect(isUnsettled(send)).toBe(true);
    const message = toStored(newJob());
    answerSend(send, { message, created: true });
    expect(isUnsettled(send)).toBe(false);
    expect(await Promise.allSettled(jobs.map(({ result }) => result))).toMatchObject([
      { value: { message, created: true } },
      { reason: { code: "conflict" } },
      { value: { message, created: false } },
      { reason: { code: "conflict" } },
    ]);
  });

  it("have not created a message that has the body of a later one", async () => {
    const jobs = [newJob({ content: "other" }), newJob()];
    const [send] = toPendingSends(jobs);
    if (!send) throw new Error("there is one");
    answerSend(send, { message: toStored(newJob()), created: true });
    expect(await Promise.allSettled(jobs.map(({ result }) => result))).toMatchObject([
      { reason: { code: "conflict" } },
      { value: { created: false } },
    ]);
  });
});
