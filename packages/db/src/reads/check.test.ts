import { describe, expect, it } from "vitest";
import { unreadFromMax } from "../limits.ts";
import type { ReadMark } from "../ports/reads.ts";
import { checkMark, checkMarkIn, checkSettings } from "./check.ts";

describe("a mark", () => {
  const head = { seq: unreadFromMax + 5 };

  it.each<ReadMark>([
    { read_seq: 0 },
    { read_seq: head.seq },
    { read_seq: 1, revision: 0 },
    { unread_from: head.seq },
    // As many positions as may be marked: from here to the end.
    { unread_from: 6 },
  ])("is accepted: %j", (mark) => {
    expect(() => checkMark(mark)).not.toThrow();
    expect(() => checkMarkIn(mark, head)).not.toThrow();
  });

  it.each<[string, ReadMark]>([
    ["read_seq", { read_seq: -1 }],
    ["read_seq", { read_seq: 0.5 }],
    ["read_seq", { read_seq: Number.POSITIVE_INFINITY }],
    ["revision", { read_seq: 0, revision: -1 }],
    ["revision", { read_seq: 0, revision: 2 ** 53 }],
    ["unread_from", { unread_from: 0 }],
    ["unread_from", { unread_from: Number.NaN }],
  ])("is refused whatever the log, for its %s: %j", (field, mark) => {
    const refused = expect.objectContaining({ code: "invalid", field });
    expect(() => checkMark(mark)).toThrow(refused);
  });

  it.each<[string, ReadMark]>([
    ["read_seq", { read_seq: head.seq + 1 }],
    ["read_seq", { read_seq: head.seq + 1, revision: 0 }],
    ["unread_from", { unread_from: head.seq + 1 }],
    ["unread_from", { unread_from: 5 }],
    ["unread_from", { unread_from: 1 }],
  ])("is refused by the log, for its %s: %j", (field, mark) => {
    expect(() => checkMark(mark)).not.toThrow();
    const refused = expect.objectContaining({ code: "invalid", field });
    expect(() => checkMarkIn(mark, head)).toThrow(refused);
  });
});

describe("a time until which a conversation is muted", () => {
  it.each([undefined, null, "2030-01-01T00:00Z", "2030-01-01T00:00:00.5-11:30"])(
    "may be %s",
    (muted_until) => {
      const change = muted_until === undefined ? {} : { muted_until };
      expect(() => checkSettings(change)).not.toThrow();
    },
  );

  it.each(["", "now", "2030-01-01", "2030-01-01T00:00:00", "2030-01-01T25:00:00Z"])(
    'may not be "%s"',
    (muted_until) => {
      const refused = expect.objectContaining({ code: "invalid", field: "muted_until" });
      expect(() => checkSettings({ muted_until })).toThrow(refused);
    },
  );
});
