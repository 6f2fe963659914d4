import { setTimeout as pause } from "node:timers/promises";
import { isStoreError, StoreError } from "../../errors.ts";
import type { Connection } from "./connection.ts";
import { isAuthenticationFailure } from "./errors.ts";
import { ensureSchema } from "./schema.ts";

const pauseBetweenTriesMs = 1_000;

/** How to connect. */
export interface ConnectOptions {
  /** Called after each failed attempt. */
  onRetry(error: StoreError): void;
  /** Stops the attempts. */
  signal: AbortSignal;
}

/**
 * Connects to MongoDB and creates the schema. Retries until that succeeds.
 * @throws StoreError `cannot_open` when trying again will not help, `closed` when the signal aborts.
 */
export async function connectForEver(
  connection: Connection,
  options: ConnectOptions,
): Promise<void> {
  while (!options.signal.aborted) {
    try {
      // After a failed first command, the driver only tries again when `connect` is called.
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
