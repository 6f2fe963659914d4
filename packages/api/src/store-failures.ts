import { isStoreError, openChannel, type StoreErrorCode } from "@chatnest/db";
import { toChatError } from "./errors.ts";

/** A call, or a follower, that a store ended with an error. */
export interface StoreFailureMessage {
  /** `unknown`: an error that stores do not throw on purpose. */
  code: StoreErrorCode | "unknown";
}

/** `chatnest.store_failure`: one message for each call of a procedure, and each follower, that fails in the store. */
export const storeFailureChannel = openChannel<StoreFailureMessage>("chatnest.store_failure");

/** Publishes an error if it is one of the store, or one that nobody expects. */
export function publishStoreFailure(error: unknown): void {
  if (!storeFailureChannel.hasSubscribers) return;
  const code = codeOf(error);
  if (code !== undefined) storeFailureChannel.publish({ code });
}

function codeOf(error: unknown): StoreFailureMessage["code"] | undefined {
  if (isStoreError(error)) return error.code;
  const { code, cause } = toChatError(error);
  if (isStoreError(cause)) return cause.code;
  return code === "internal" ? "unknown" : undefined;
}
