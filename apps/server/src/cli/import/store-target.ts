import { createCaller, createContext, toChatError, trustedCaller } from "@chatnest/api";
import { type ChatStore, isStoreError } from "@chatnest/db";
import { type Target, TargetError } from "./target.ts";

/** Imports into a store that this process has opened. */
export function createStoreTarget(store: ChatStore): Target {
  const caller = createCaller(createContext({ store, caller: trustedCaller }));
  return async (messages) => {
    try {
      return (await caller.messages.import({ messages })).results;
    } catch (error) {
      const { cause } = toChatError(error);
      if (!isStoreError(cause)) throw error;
      throw new TargetError(toReason(cause), { cause, isTemporary: cause.code === "unavailable" });
    }
  };
}

// The cause has what the store leaves out, such as a full disk.
function toReason({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
