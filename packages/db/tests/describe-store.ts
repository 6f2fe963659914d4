import { afterAll, beforeAll, describe } from "vitest";
import type { ChatStore } from "../src/store.ts";
import { admissionContract } from "./contract/admission.ts";
import { changeGroupsContract } from "./contract/change-groups.ts";
import { changeInboxContract } from "./contract/change-inbox.ts";
import { changeInstancesContract } from "./contract/change-instances.ts";
import { changePagesContract } from "./contract/change-pages.ts";
import { changeReopeningContract } from "./contract/change-reopening.ts";
import { changeRepeatsContract } from "./contract/change-repeats.ts";
import { changeWatchContract } from "./contract/change-watch.ts";
import { changesContract } from "./contract/changes.ts";
import { conversationChangesContract } from "./contract/conversation-changes.ts";
import { conversationsContract } from "./contract/conversations.ts";
import { countsContract } from "./contract/counts.ts";
import { deletionsContract } from "./contract/deletions.ts";
import { editsContract } from "./contract/edits.ts";
import { erasureCrashesContract } from "./contract/erasure-crashes.ts";
import { erasuresContract } from "./contract/erasures.ts";
import { groupsContract } from "./contract/groups.ts";
import { headsContract } from "./contract/heads.ts";
import { idsContract } from "./contract/ids.ts";
import { inboxContract } from "./contract/inbox.ts";
import { inboxIdsContract } from "./contract/inbox-ids.ts";
import { inboxOrderContract } from "./contract/inbox-order.ts";
import { instancesContract } from "./contract/instances.ts";
import { interleavingsContract } from "./contract/interleavings.ts";
import { lifecycleContract } from "./contract/lifecycle.ts";
import { logContract } from "./contract/log.ts";
import { longPagesContract } from "./contract/long-pages.ts";
import { markedUnreadContract } from "./contract/marked-unread.ts";
import { membersContract } from "./contract/members.ts";
import { membershipContract } from "./contract/membership.ts";
import { mentionsContract } from "./contract/mentions.ts";
import { metadataContract } from "./contract/metadata.ts";
import { notesContract } from "./contract/notes.ts";
import { orderContract } from "./contract/order.ts";
import { ownSendsContract } from "./contract/own-sends.ts";
import { pagesContract } from "./contract/pages.ts";
import { reactionsContract } from "./contract/reactions.ts";
import { reactorsContract } from "./contract/reactors.ts";
import { readDeletionsContract } from "./contract/read-deletions.ts";
import { readEventsContract, sharedReadEventsContract } from "./contract/read-events.ts";
import { readJoinsContract } from "./contract/read-joins.ts";
import { readingOnContract } from "./contract/reading-on.ts";
import { readsContract } from "./contract/reads.ts";
import { receiptsContract } from "./contract/receipts.ts";
import { reopeningContract } from "./contract/reopening.ts";
import { repeatsContract } from "./contract/repeats.ts";
import { sentHashesContract } from "./contract/sent-hashes.ts";
import { settingsContract } from "./contract/settings.ts";
import { sharedErasuresContract } from "./contract/shared-erasures.ts";
import { sharedMembershipContract } from "./contract/shared-membership.ts";
import { textContract } from "./contract/text.ts";
import { threadsContract } from "./contract/threads.ts";
import { timestampsContract } from "./contract/timestamps.ts";
import { totalsContract } from "./contract/totals.ts";
import { versionsContract } from "./contract/versions.ts";
import { watchContract } from "./contract/watch.ts";
import type { OpenedStore, StoreKind } from "./opened-store.ts";

const timeoutMs = 30_000;

/** Runs the whole contract on one kind of store. */
export function describeStore(name: string, kind: StoreKind): void {
  describe(name, { timeout: timeoutMs }, () => {
    describe("in use", () => describeUse(kind));
    describe("lifecycle", () => lifecycleContract(kind.open));
    if (kind.data === "gone") return;
    describe("reopening", () => {
      reopeningContract(kind.open);
      changeReopeningContract(kind.open);
    });
    if (kind.data === "exclusive") return;
    describe("instances", () => {
      instancesContract(kind.open);
      changeInstancesContract(kind.open);
    });
    describe("shared erasures", () => sharedErasuresContract(kind.open));
    describe("shared membership", () => sharedMembershipContract(kind.open));
    describe("shared reads", () => sharedReadEventsContract(kind.open));
  });
}

/** All that one open store, shared by these tests, has to do. */
function describeUse(kind: StoreKind): void {
  let opened: OpenedStore | undefined;
  const store = (): ChatStore => {
    if (opened === undefined) throw new Error("the store is not open");
    return opened.store;
  };
  beforeAll(async () => {
    opened = await kind.open();
  }, timeoutMs);
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
  }, timeoutMs);

  describe("order", () => orderContract(store));
  describe("timestamps", () => timestampsContract(store));
  describe("repeats", () => repeatsContract(store));
  describe("repeats of what hooks have changed", () => sentHashesContract(store));
  describe("groups", () => groupsContract(store));
  describe("interleavings", () => interleavingsContract(store, kind.interleavings));
  describe("notes", () => notesContract(store));
  describe("ids", () => idsContract(store));
  describe("text", () => textContract(store));
  describe("pages", () => pagesContract(store));
  describe("conversations", () => conversationsContract(store));
  describe("reading on", () => readingOnContract(store));
  describe("members", () => membersContract(store));
  describe("membership", () => membershipContract(store));
  describe("admission", () => admissionContract(store));
  describe("changes", () => changesContract(store));
  describe("inbox", () => inboxContract(store));
  describe("ids of an inbox", () => inboxIdsContract(store));
  describe("heads", () => headsContract(store));
  describe("watch", () => watchContract(store));

  describe("reads", () => readsContract(store));
  describe("own sends", () => ownSendsContract(store));
  describe("conversations marked as unread", () => markedUnreadContract(store));
  describe("read state of who joins", () => readJoinsContract(store));
  describe("deletions and reads", () => readDeletionsContract(store));
  describe("mentions", () => mentionsContract(store));
  describe("receipts", () => receiptsContract(store));
  describe("totals", () => totalsContract(store));
  describe("settings", () => settingsContract(store));
  describe("order of an inbox", () => inboxOrderContract(store));
  describe("changes of conversations", () => conversationChangesContract(store));
  describe("reads watched", () => readEventsContract(store));

  describe("log", () => logContract(store));
  describe("counts", () => countsContract(store));
  describe("edits", () => editsContract(store));
  describe("versions", () => versionsContract(store));
  describe("deletions", () => deletionsContract(store));
  describe("reactions", () => reactionsContract(store));
  describe("reactors", () => reactorsContract(store));
  describe("threads", () => threadsContract(store));
  describe("metadata", () => metadataContract(store));
  describe("pages with holes", () => changePagesContract(store));
  describe("long pages", () => longPagesContract(store));
  describe("repeats of changes", () => changeRepeatsContract(store));
  describe("groups of changes", () => changeGroupsContract(store));
  describe("changes and inboxes", () => changeInboxContract(store));
  describe("changes watched", () => changeWatchContract(store));
  describe("erasures", () => erasuresContract(store));
  describe("erasures that are interrupted", () => erasureCrashesContract(kind.open));
}
