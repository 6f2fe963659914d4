import { type ChatStore, KeptReads, sizeOfMessages } from "@chatnest/db";
import type { MessagePage } from "./schemas/messages.ts";

const keptPages = new WeakMap<ChatStore, KeptReads<MessagePage>>();

/** Returns the newest pages of the logs of a store that were read lately. */
export function keptPagesOf(store: ChatStore): KeptReads<MessagePage> {
  const known = keptPages.get(store);
  if (known) return known;
  const { watch, watchState } = store;
  const sizeOf = ({ messages }: MessagePage) => sizeOfMessages(messages);
  const created = new KeptReads<MessagePage>({ watch, watchState, sizeOf });
  keptPages.set(store, created);
  return created;
}
