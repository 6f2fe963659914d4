import fc from "fast-check";
import { expect, test } from "vitest";
import { newRow, TestLog } from "../../tests/test-log.ts";
import {
  foldEntry,
  type InboxItem,
  isMutedAt,
  readUpTo,
  setDetails,
  toItem,
} from "./inbox-item.ts";

type Step = typeof step extends fc.Arbitrary<infer TStep> ? TStep : never;

const step = fc.oneof(
  fc.record({ kind: fc.constant("message"), isOwn: fc.boolean(), isMention: fc.boolean() }),
  fc.record({ kind: fc.constant("deletion"), at: fc.nat(30) }),
  fc.record({ kind: fc.constant("reaction"), at: fc.nat(30) }),
  fc.record({ kind: fc.constant("read"), at: fc.nat(30) }),
  fc.record({ kind: fc.constant("unread"), at: fc.nat(30) }),
  fc.record({ kind: fc.constant("page") }),
);

test("the numbers are those of the server, or are said to be open", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const log = new TestLog();
      let item = toItem(log.row());
      for (const next of steps) {
        item = follow(item, log, next);
        const { read_seq, unread_count, mention_count, messages } = log.row();
        expect(item.row).toMatchObject({ read_seq, last_seq: log.length });
        if (!item.isUnsure)
          expect(item.row).toMatchObject({ unread_count, mention_count, messages });
        expect(Math.min(item.row.unread_count, item.row.mention_count)).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 2_000 },
  );
});

/** Does something to a log, and to what is held of it. */
function follow(item: InboxItem, log: TestLog, next: Step): InboxItem {
  switch (next.kind) {
    case "message": {
      const { isOwn, isMention } = next as { isOwn: boolean; isMention: boolean };
      return foldEntry(item, log.say(isOwn ? "ada" : "bob", isMention), "ada");
    }
    case "deletion": {
      const entry = log.delete(atOf(next, log));
      return entry ? foldEntry(item, entry, "ada") : item;
    }
    case "reaction": {
      const entry = log.react(atOf(next, log));
      return entry ? foldEntry(item, entry, "ada") : item;
    }
    case "read":
      return readUpTo(item, log.read(atOf(next, log)));
    case "unread":
      return log.length > 0 ? readUpTo(item, log.unread(Math.max(1, atOf(next, log)))) : item;
    default:
      return toItem(log.row());
  }
}

function atOf(next: object, log: TestLog): number {
  return (next as { at: number }).at % (log.length + 1);
}

test("a message that a page has counted is not counted twice", () => {
  const log = new TestLog();
  const entry = log.say("bob");
  const item = foldEntry(toItem(log.row()), entry, "ada");
  expect(item.row).toEqual(log.row());
  // The page may have been read while the message was stored.
  expect(item.isUnsure).toBe(true);
});

test("a message that was marked as read before it arrived is not counted", () => {
  const log = new TestLog();
  const before = toItem(log.row());
  const entry = log.say("bob");
  const marked = readUpTo(before, log.read(1));
  expect(foldEntry(marked, entry, "ada").row).toEqual(log.row());
});

test("a mark that is older than what is known changes nothing", () => {
  const log = new TestLog();
  for (let n = 0; n < 4; n++) log.say("bob");
  log.unread(3);
  const item = toItem(log.row());
  expect(readUpTo(item, { read_seq: 4, revision: 0 })).toBe(item);
  expect(readUpTo(item, { read_seq: 1, revision: 1 })).toBe(item);
  expect(readUpTo(item, { read_seq: 2, revision: 1, unread_count: 2, mention_count: 0 })).toBe(
    item,
  );
});

test("another number for the same place leaves it open", () => {
  const log = new TestLog();
  log.say("bob");
  const item = toItem(log.row());
  const told = readUpTo(item, { read_seq: 0, revision: 0, unread_count: 3, mention_count: 1 });
  expect(told).toMatchObject({ isUnsure: true, row: { unread_count: 3, mention_count: 1 } });
});

test("more unread messages than are known one by one are counted all the same", () => {
  const log = new TestLog();
  let item = toItem(log.row());
  for (let n = 0; n < 2_500; n++) item = foldEntry(item, log.say("bob", n % 2 === 0), "ada");
  expect(item.fresh.length).toBeLessThanOrEqual(1_000);
  expect(item.row).toMatchObject({ unread_count: 2_500, mention_count: 1_250 });
  const known = readUpTo(item, { read_seq: 2_300, revision: 0 });
  expect(known).toMatchObject({ isUnsure: false, row: { unread_count: 200, mention_count: 100 } });
});

test("an archived conversation returns with a message that is sent when it is not muted", () => {
  const log = new TestLog();
  const archived = { ...newRow("tea"), archived: true };
  expect(foldEntry(toItem(archived), log.say("bob"), "ada").row.archived).toBe(false);
  const muted = { ...archived, muted_until: "2999-01-01T00:00:00.000Z" };
  expect(foldEntry(toItem(muted), log.say("bob"), "ada").row.archived).toBe(true);
  expect(isMutedAt(muted.muted_until, Date.parse(muted.muted_until))).toBe(true);
  expect(isMutedAt(muted.muted_until, Date.parse(muted.muted_until) + 1)).toBe(false);
});

test("an edit of the newest message is shown, and one of another is not", () => {
  const log = new TestLog();
  log.say("bob");
  log.say("bob");
  const item = toItem(log.row());
  const other = foldEntry(item, log.edit(1, "uno"), "ada");
  expect(other.row.messages).toEqual(item.row.messages);
  const newest = foldEntry(other, log.edit(2, "due"), "ada");
  expect(newest.row.messages).toMatchObject([{ content: "due", seq: 2 }]);
});

test("a title and metadata are set, and removed", () => {
  const item = toItem(newRow("tea"));
  const details = { conversation_id: "tea", title: "Tea", metadata: { colour: "green" } };
  const named = setDetails(item, details);
  expect(named.row).toMatchObject({ title: "Tea", metadata: { colour: "green" } });
  const { row } = setDetails(named, { ...details, title: null, metadata: null });
  expect(row).toEqual(item.row);
});
