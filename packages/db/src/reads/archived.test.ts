import { describe, expect, it } from "vitest";
import { type Archiving, archivedSeqAfter, isArchived } from "./archived.ts";

const never: Archiving = { said_seq: 5, said_at: 1_000 };
const archived: Archiving = { ...never, archived_seq: 5 };
/** A message after the archiving, at the moment until which it is muted. */
const held: Archiving = { archived_seq: 5, muted_until: 2_000, said_seq: 7, said_at: 2_000 };
const returned: Archiving = { ...held, said_at: 2_001 };

describe("a conversation", () => {
  it.each<[string, Archiving, boolean]>([
    ["that nobody archived is not", never, false],
    ["of which that is stored as null is not", { ...never, archived_seq: null }, false],
    ["in which nothing was said since is", archived, true],
    ["in which nothing was ever said is", { archived_seq: 0, said_seq: 0, said_at: 0 }, true],
    ["with changes behind its newest message is", { ...archived, archived_seq: 9 }, true],
    ["with a newer message is not", { ...archived, said_seq: 6 }, false],
    ["with a newer message of an old time is not", { ...archived, said_seq: 6, said_at: 0 }, false],
    ["with a newer message until it is no longer muted is", held, true],
    ["with a newer message after it was muted is not", returned, false],
    ["that was muted before its newest message is not", { ...returned, muted_until: 0 }, false],
    ["that is only muted is not", { ...never, muted_until: 2_000 }, false],
    ["muted with null is as one not muted", { ...held, muted_until: null }, false],
  ])("%s archived", (_, archiving, expected) => {
    expect(isArchived(archiving)).toBe(expected);
  });
});

describe("a change of settings", () => {
  const head = { seq: 9 };

  it("archives up to the head of the log, and again what is archived", () => {
    expect(archivedSeqAfter({ archived: true }, never, head)).toBe(9);
    expect(archivedSeqAfter({ archived: true }, archived, head)).toBe(9);
    expect(archivedSeqAfter({ archived: true }, returned, head)).toBe(9);
  });

  it("ends an archiving", () => {
    expect(archivedSeqAfter({ archived: false }, archived, head)).toBeNull();
    expect(archivedSeqAfter({ archived: false }, never, head)).toBeNull();
  });

  it("that is not about archiving leaves it as it is at that moment", () => {
    expect(archivedSeqAfter({ pinned: true }, archived, head)).toBe(9);
    expect(archivedSeqAfter({ pinned: true }, never, head)).toBeNull();
    expect(archivedSeqAfter({}, returned, head)).toBeNull();
  });

  it("does not archive again by muting what had returned", () => {
    const archived_seq = archivedSeqAfter({ muted_until: "2999-01-01T00:00:00Z" }, returned, head);
    expect(archived_seq).toBeNull();
  });

  it("does not bring back what was held back by a mute that it ends", () => {
    const archived_seq = archivedSeqAfter({ muted_until: null }, held, head);
    expect(isArchived({ ...held, archived_seq, muted_until: null })).toBe(true);
    const next = { said_seq: 10, said_at: 3_000 };
    expect(isArchived({ ...next, archived_seq, muted_until: null })).toBe(false);
  });
});
