import type { ClientSession, Document, Timestamp } from "mongodb";
import type { Connection } from "./connection.ts";
import { readRows } from "./read-rows.ts";

/**
 * Reads that belong together: each is at least as new as those before it, and as the heads that this process has read, though an
 * election may lie between. The session, which costs as much as a third of a command, is only started for those who ask for it.
 */
export class CausalReads implements AsyncDisposable {
  readonly #connection: Pick<Connection, "client" | "db">;
  #time: Timestamp | undefined;
  #session: ClientSession | undefined;

  constructor(connection: Pick<Connection, "client" | "db" | "horizon">) {
    this.#connection = connection;
    this.#time = connection.horizon.time;
  }

  /** A causal session that goes on from what was read. */
  get session(): ClientSession {
    if (!this.#session) {
      this.#session = this.#connection.client.startSession({ causalConsistency: true });
      if (this.#time) this.#session.advanceOperationTime(this.#time);
    }
    return this.#session;
  }

  /** Runs a command whose whole result fits into the first batch. See `readRows`. */
  async rows<TRow>(command: Document): Promise<TRow[]> {
    const position = this.#session ? { session: this.#session } : { after: this.#time };
    const { rows, time } = await readRows<TRow>(this.#connection.db, command, position);
    this.#time = time ?? this.#time;
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.endSession();
  }
}
