import type { Appended, ChatStore, NewMessage } from "@chatnest/db";

/** Stores a message. */
export function append(store: ChatStore, message: Omit<NewMessage, "kind">): Promise<Appended> {
  return store.log.append({ kind: "message", ...message });
}
