import { afterAll, beforeAll, describe } from "vitest";
import type { ChatStore } from "../src/store.ts";
import { admissionContract } from "./contract/admission.ts";
import { changesContract } from "./contract/changes.ts";
import { conversationsContract } from "./contract/conversations.ts";
import { groupsContract } from "./contract/groups.ts";
import { headsContract } from "./contract/heads.ts";
import { idsContract } from "./contract/ids.ts";
import { inboxContract } from "./contract/inbox.ts";
import { instancesContract } from "./contract/instances.ts";
import { interleavingsContract } from "./contract/interleavings.ts";
import { lifecycleContract } from "./contract/lifecycle.ts";
import { membersContract } from "./contract/members.ts";
import { membershipContract } from "./contract/membership.ts";
import { notesContract } from "./contract/notes.ts";
import { orderContract } from "./contract/order.ts";
import { pagesContract } from "./contract/pages.ts";
import { readingOnContract } from "./contract/reading-on.ts";
import { reopeningContract } from "./contract/reopening.ts";
import { repeatsContract } from "./contract/repeats.ts";
import { sharedMembershipContract } from "./contract/shared-membership.ts";
import { textContract } from "./contract/text.ts";
import { timestampsContract } from "./contract/timestamps.ts";
import { watchContract } from "./contract/watch.ts";
import type { OpenedStore, StoreKind } from "./opened-store.ts";

const timeoutMs = 30_000;

/** Runs the whole contract on one kind of store. */
export function describeStore(name: string, kind: StoreKind): void {
  describe(name, { timeout: timeoutMs }, () => {
    describe("in use", () => describeUse(kind));
    describe("lifecycle", () => lifecycleContract(kind.open));
    if (kind.data === "gone") return;
    describe("reopening", () => reopeningContract(kind.open));
    if (kind.data === "exclusive") return;
    describe("instances", () => instancesContract(kind.open));
    describe("shared membership", () => sharedMembershipContract(kind.open));
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
  describe("heads", () => headsContract(store));
  describe("watch", () => watchContract(store));
}
