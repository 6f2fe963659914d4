import type { ChatStore, StoreEvent } from "@chatnest/db";
import fc from "fast-check";

/** What becomes of an event on its way: it arrives, twice, or never. */
export const fate = fc.constantFrom("arrives", "arrives", "arrives", "doubled", "lost");

/** A store whose every answer and event waits until the schedule lets it go. */
export function delayed(
  store: ChatStore,
  scheduler: fc.Scheduler,
  fates: IterableIterator<string>,
): ChatStore {
  const { conversations, log, members, messages, reads } = store;
  let inOrder = Promise.resolve();
  const meet = (event: StoreEvent, listener: (event: StoreEvent) => void) => {
    const met = String(fates.next().value);
    if (event.kind === "entry") {
      const times = { arrives: 1, doubled: 2, lost: 0 }[met] ?? 1;
      for (let count = 0; count < times; count++) {
        void scheduler.schedule(Promise.resolve()).then(() => listener(event));
      }
      return;
    }
    if (met === "lost") return;
    // As over a change stream: in order, late, and what this process did itself is heard of at once, too.
    if (met === "doubled") listener(event);
    inOrder = inOrder.then(() => scheduler.schedule(Promise.resolve())).then(() => listener(event));
  };
  async function late<TAnswer>(ask: () => Promise<TAnswer>): Promise<TAnswer> {
    await scheduler.schedule(Promise.resolve());
    return scheduler.schedule(ask());
  }
  return {
    ...store,
    // So an event that is lost is made up for by a check.
    watchState: () => "alone",
    epoch: () => scheduler.schedule(store.epoch()),
    watch: (listener) => store.watch((event) => meet(event, listener)),
    log: {
      ...log,
      page: (stream, range) => late(() => log.page(stream, range)),
      heads: (streams) => late(() => log.heads(streams)),
    },
    messages: {
      ...messages,
      page: (stream, range) => late(() => messages.page(stream, range)),
    },
    members: {
      ...members,
      among: (query) => late(() => members.among(query)),
      changes: (query) => late(() => members.changes(query)),
    },
    conversations: {
      ...conversations,
      heads: (query) => late(() => conversations.heads(query)),
      itemsOf: (userId, ids) => late(() => conversations.itemsOf(userId, ids)),
      inbox: (userId, range) => late(() => conversations.inbox(userId, range)),
      get: (ids, newest, members) => late(() => conversations.get(ids, newest, members)),
    },
    reads: {
      ...reads,
      totals: (userId) => late(() => reads.totals(userId)),
      list: (id, range) => late(() => reads.list(id, range)),
    },
  };
}
