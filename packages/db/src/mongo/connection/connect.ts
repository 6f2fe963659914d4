import { setTimeout as pause } from "node:timers/promises";
import { isStoreError, StoreError } from "../../errors.ts";
import type { Connection } from "./connection.ts";
import { isAuthenticationFailure } from "./errors.ts";
import { ensureSchema } from "./schema.ts";

const pauseBetweenTriesMs = 1_000;

/** How to try. */
export interface ConnectOptions {
  /** Is told of every try that failed. */
  onRetry(error: StoreError): void;
  /** Ends the trying. */
  signal: AbortSignal;
}

/**
 * Tries to reach MongoDB until it is there and has the schema.
 * @throws StoreError `cannot_open` when trying again will not help, `closed` when the signal ended it.
 */
export async function connectForEver(
  connection: Connection,
  options: ConnectOptions,
): Promise<void> {
  while (!options.signal.aborted) {
    try {
      // The driver gives up for good where a first command failed; only this begins anew.
      await connection.client.connect();
      return await ensureSchema(connection);
    } catch (error) {
      if (isStoreError(error, "cannot_open")) throw error;
      if (isAuthenticationFailure(error)) throw refused(error);
      if (options.signal.aborted) break;
      const reason = error instanceof Error ? error.message : String(error);
      options.onRetry(
        new StoreError("unavailable", `cannot reach MongoDB: ${reason}`, { cause: error }),
      );
    }
    await pause(pauseBetweenTriesMs, undefined, { signal: options.signal, ref: false }).catch(
      () => {},
    );
  }
  throw new StoreError("closed", "the store is closed");
}

function refused(cause: unknown): StoreError {
  const text = "cannot open the MongoDB store: it refuses the user or password in MONGODB_URI";
  return new StoreError("cannot_open", text, { cause });
}
