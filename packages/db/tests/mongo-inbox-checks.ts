import { expect } from "vitest";
import type { UnreadTotals } from "../src/entities.ts";
import type { InboxItem, InboxRange } from "../src/ports/conversations.ts";
import { foldInbox } from "./mongo-inbox-fold.ts";
import type { Process } from "./mongo-inbox-process.ts";

/** Checks all that is read of the inbox of a user, while nobody writes. */
export async function checkInbox(process: Process, user: string): Promise<void> {
  const { inbox, totals, reads, connection } = process;
  const expected = await foldInbox(connection, user);
  const filters: [Partial<InboxRange>, (item: InboxItem) => boolean][] = [
    [{}, () => true],
    [{ archived: false }, ({ archived }) => !archived],
    [{ archived: true }, ({ archived }) => archived],
    [{ unread: true }, ({ unread_count }) => unread_count > 0],
    [{ unread: true, archived: false }, (item) => item.unread_count > 0 && !item.archived],
  ];
  for (const [filter, isShown] of filters) {
    const shown = expected.filter(isShown);
    expect(await inbox(user, { limit: 1 + expected.length, ...filter })).toEqual(shown);
    const walked: InboxItem[] = [];
    for (;;) {
      const after = walked.at(-1);
      const page = await inbox(user, { limit: 1, ...filter, ...(after && { after }) });
      if (page.length === 0) break;
      walked.push(...page);
    }
    expect(walked).toEqual(shown);
  }
  expect(await totals(user)).toEqual(totalsOf(expected));
  for (const { id, read_seq } of expected) {
    const listed = await reads.list(id, { limit: 100 });
    expect(listed.find(({ user_id }) => user_id === user)?.read_seq).toBe(read_seq);
  }
}

function totalsOf(items: readonly InboxItem[]): UnreadTotals {
  const now = new Date().toISOString();
  const heard = items.filter(({ archived, muted_until, unread_count }) => {
    return !archived && (muted_until === null || muted_until <= now) && unread_count > 0;
  });
  const sum = (of: (item: InboxItem) => number) => heard.reduce((all, item) => all + of(item), 0);
  return {
    conversations: heard.length,
    messages: sum(({ unread_count }) => unread_count),
    mentions: sum(({ mention_count }) => mention_count),
  };
}
