/** What waits, in lanes: first in, first out within a lane, and the lane that has waited longest comes first. */
export class WaitingLanes<TItem> {
  readonly #lanes = new Map<string, TItem[]>();
  #size = 0;

  /** How many items wait, in all lanes. */
  get size(): number {
    return this.#size;
  }

  /** Lists the lanes in which something waits. */
  names(): Iterable<string> {
    return this.#lanes.keys();
  }

  /** Adds an item at the end of its lane. */
  add(lane: string, item: TItem): void {
    this.#size++;
    const items = this.#lanes.get(lane);
    if (items) items.push(item);
    else this.#lanes.set(lane, [item]);
  }

  /** Puts items back ahead of what waits in their lane. */
  putBack(lane: string, items: readonly TItem[]): void {
    this.#size += items.length;
    this.#lanes.set(lane, [...items, ...(this.#lanes.get(lane) ?? [])]);
  }

  /** Takes up to `max` items out of a lane; a lane with more of them goes to the end of the line. */
  take(lane: string, max = Number.POSITIVE_INFINITY): TItem[] {
    const items = this.#lanes.get(lane) ?? [];
    this.#lanes.delete(lane);
    if (items.length > max) this.#lanes.set(lane, items.slice(max));
    const taken = items.slice(0, max);
    this.#size -= taken.length;
    return taken;
  }

  /** Takes out of each lane the items at its front for which `isTaken` says so. */
  takeWhile(isTaken: (item: TItem) => boolean): TItem[] {
    const taken: TItem[] = [];
    for (const [lane, items] of this.#lanes) {
      const end = items.findIndex((item) => !isTaken(item));
      if (end === 0) continue;
      taken.push(...items.splice(0, end === -1 ? items.length : end));
      if (items.length === 0) this.#lanes.delete(lane);
    }
    this.#size -= taken.length;
    return taken;
  }
}
