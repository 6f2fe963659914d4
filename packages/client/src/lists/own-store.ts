import type { Change } from "./own-changes.ts";

const none: readonly Change[] = [];

/** The own changes of a list that are not confirmed, in the order of the calls. */
export class OwnStore {
  readonly #onChange: () => void;
  #all: readonly Change[] = none;

  /** @param onChange Called after each change. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get all(): readonly Change[] {
    return this.#all;
  }

  /** Puts a change at the end, in the place of an earlier one of its id. */
  put(change: Change): void {
    this.#set([...this.#all.filter(({ id }) => id !== change.id), change]);
  }

  /** Changes what is known of a change; nothing happens when it is no longer there. */
  update(id: string, news: Pick<Change, "status" | "error">): void {
    this.#set(this.#all.map((change) => (change.id === id ? { ...change, ...news } : change)));
  }

  /** Forgets the changes that are so. */
  forget(isSo: (change: Change) => boolean): void {
    if (this.#all.some(isSo)) this.#set(this.#all.filter((change) => !isSo(change)));
  }

  /** Returns the changes of each message. */
  byMessage(): Map<string, Change[]> {
    const groups = new Map<string, Change[]>();
    for (const change of this.#all) {
      const group = groups.get(change.message_id);
      if (group) group.push(change);
      else groups.set(change.message_id, [change]);
    }
    return groups;
  }

  #set(all: readonly Change[]): void {
    this.#all = all;
    this.#onChange();
  }
}
