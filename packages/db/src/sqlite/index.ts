import { createEvents } from "../commit/events.ts";
import { StoreError } from "../errors.ts";
import type { ChatStore } from "../store.ts";
import { type UncheckedStore, validatedStore } from "../validated-store.ts";
import { openChecks } from "./checks/checks.ts";
import { openCommits } from "./commits/commits.ts";
import { openDatabase } from "./commits/open-database.ts";
import { openSharedCommits } from "./commits/shared-commits.ts";
import { withSyncedReads } from "./commits/synced-reads.ts";
import { openConversations } from "./conversations/conversations.ts";
import { openDescriptions } from "./conversations/descriptions.ts";
import { openEpoch } from "./epoch.ts";
import { openErasures } from "./erasures/erasures.ts";
import { openItems } from "./inbox/items.ts";
import { startSettling } from "./inbox/settling.ts";
import { openTotals } from "./inbox/totals.ts";
import { openWaking } from "./inbox/waking.ts";
import { openLogHeads } from "./log/heads.ts";
import { openLog } from "./log/log.ts";
import { openLogPages } from "./log/pages.ts";
import { openMemberStore } from "./members/member-store.ts";
import { openMembers } from "./members/members.ts";
import { openMessages } from "./messages/messages.ts";
import { openDeletions } from "./reads/deletions.ts";
import { openMentions } from "./reads/mentions.ts";
import { openReadStore } from "./reads/read-store.ts";
import { openUnread } from "./reads/unread.ts";
import { prepareQuery } from "./statements.ts";
import { createOneAtATime } from "./transfer/one-at-a-time.ts";
import { openTransfer } from "./transfer/transfer.ts";
import { openTurns } from "./turns.ts";

/**
 * Opens the embedded store in a file, which is created when missing, or in memory with `:memory:`. Only one process can open
 * a file at a time; a killed process leaves no lock behind.
 * @throws StoreError `cannot_open`, with the reason and what to do about it.
 */
export function openSqliteStore(file: string): ChatStore {
  const { db, files } = openDatabase(file);
  const heads = openLogHeads(db);
  const waking = openWaking(db);
  const commits = openCommits(db, files, () => {
    heads.forget();
    waking.forget();
  });
  const { durably } = commits;
  const inTurns = openTurns(db, commits);
  const events = createEvents();
  const share = openSharedCommits(durably);
  const members = openMembers(db, { heads, inTurns, waking });
  const pages = openLogPages(db, heads);
  const counts = { deletions: openDeletions(db), mentions: openMentions(db) };
  const unread = openUnread(db, { heads, ...counts });
  const log = openLog(db, { heads, pages, members, events, durably, waking, ...counts });
  const stopSettling = startSettling(db, { waking, unread, durably });
  const items = openItems(db, unread);
  const totalsOf = openTotals(db, { unread, inTurns });
  const messages = openMessages(db, heads);
  const { newestOf } = messages;
  const descriptions = openDescriptions(db);
  const oneAtATime = createOneAtATime();
  const ping = prepareQuery(db, "SELECT 1");
  let closing: Promise<void> | undefined;

  function admit(): void {
    if (closing) throw new StoreError("closed", "the store is closed");
    commits.check();
  }

  async function pingDatabase(): Promise<void> {
    ping.get();
  }

  // No other process has the file open, and opening it has migrated it.
  async function upgrade(): Promise<void> {}

  const { watch } = events;
  // No other process has the file open, so no event can be missed.
  const watchState = () => "live" as const;
  const store: UncheckedStore = {
    log,
    messages,
    members: openMemberStore(db, { members, heads, events, durably, share }),
    conversations: openConversations(db, { members, items, newestOf, events, durably, inTurns }),
    erasures: openErasures(db, { heads, events, commits, oneAtATime, mentions: counts.mentions }),
    reads: openReadStore(db, { heads, unread, events, share, totalsOf }),
    transfer: openTransfer(db, { heads, pages, descriptions, durably, oneAtATime, ...counts }),
    checks: openChecks(db, { inTurns }),
    ...openEpoch(db, durably),
    watch,
    watchState,
    upgrade,
    ping: pingDatabase,
  };
  return {
    ...validatedStore(withSyncedReads(store, commits), admit),
    close() {
      stopSettling();
      closing ??= log.close().then(() => commits.close());
      return closing;
    },
  };
}
