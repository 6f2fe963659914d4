import type { HeldInbox } from "./held-inbox.ts";
import type { ConversationChange } from "./inbox-events.ts";

/** How long a conversation that was not found is not looked for again, in ms. */
const forgottenMs = 60_000;

/** Conversations that something happened in, that are not held, and that may be in the list now. */
export class Misses {
  readonly #archived: boolean | undefined;
  readonly #ids = new Set<string>();
  readonly #absent = new Map<string, number>();

  /** @param archived Which conversations the list shows; all when `undefined`. */
  constructor(archived: boolean | undefined) {
    this.#archived = archived;
  }

  get areSome(): boolean {
    return this.#ids.size > 0;
  }

  get all(): readonly string[] {
    return [...this.#ids];
  }

  /** Notes a change of a conversation that is not held. */
  note(change: ConversationChange): void {
    const { conversation_id } = change;
    if (this.#bringsIn(change)) this.#ids.add(conversation_id);
  }

  /** Ends the search for conversations that were looked for, and for all that are held now. */
  end(ids: readonly string[], held: HeldInbox): void {
    for (const id of this.#ids) {
      if (held.get(id)) this.#ids.delete(id);
      else if (ids.includes(id)) {
        this.#ids.delete(id);
        this.#absent.set(id, Date.now());
      }
    }
  }

  clear(): void {
    this.#ids.clear();
    this.#absent.clear();
  }

  #bringsIn(change: ConversationChange): boolean {
    switch (change.type) {
      case "settings":
        return this.#archived === undefined || change.settings.archived === this.#archived;
      case "joined":
        return this.#archived !== true;
      case "entry": {
        // One that is muted and archived stays so: it is not looked for with each of its messages.
        const absentMs = Date.now() - (this.#absent.get(change.conversation_id) ?? 0);
        const isMessage = change.entry.kind === "message";
        return isMessage && this.#archived !== true && absentMs > forgottenMs;
      }
      default:
        return false;
    }
  }
}
