import type { ChatStore } from "@chatnest/db";

/** How often a store was asked for what is only read for inboxes. */
export interface InboxCalls {
  itemsOf: number;
  inbox: number;
  get: number;
  totals: number;
  list: number;
}

/** Counts what is read of inboxes from a store. */
export function countedStore(store: ChatStore): { store: ChatStore; calls: InboxCalls } {
  const calls: InboxCalls = { itemsOf: 0, inbox: 0, get: 0, totals: 0, list: 0 };
  const { conversations, reads } = store;

  function counted<TInput extends unknown[], TAnswer>(
    name: keyof InboxCalls,
    call: (...input: TInput) => TAnswer,
  ): (...input: TInput) => TAnswer {
    return (...input) => {
      calls[name]++;
      return call(...input);
    };
  }
  return {
    calls,
    store: {
      ...store,
      conversations: {
        ...conversations,
        itemsOf: counted("itemsOf", conversations.itemsOf),
        inbox: counted("inbox", conversations.inbox),
        get: counted("get", conversations.get),
      },
      reads: {
        ...reads,
        totals: counted("totals", reads.totals),
        list: counted("list", reads.list),
      },
    },
  };
}
