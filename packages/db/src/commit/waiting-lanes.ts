/** A queue in lanes: first in, first out within a lane. The lane that has waited longest comes first. */
export class WaitingLanes<TItem> {
  readonly #lanes = new Map<string, TItem[]>();
  #size = 0;

  /** The number of waiting items in all lanes. */
  get size(): number {
    return this.#size;
  }

  /** Lists the lanes that have waiting items. */
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

  /** Puts items back at the front of their lane. */
  putBack(lane: string, items: readonly TItem[]): void {
    this.#size += items.length;
    this.#lanes.set(lane, [...items, ...(this.#lanes.get(lane) ?? [])]);
  }

  /** Removes and returns up to `max` items of a lane. If more are left, the lane goes to the end of the line. */
  take(lane: string, max = Number.POSITIVE_INFINITY): TItem[] {
    const items = this.#lanes.get(lane) ?? [];
    this.#lanes.delete(lane);
    if (items.length > max) this.#lanes.set(lane, items.slice(max));
    const taken = items.slice(0, max);
    this.#size -= taken.length;
    return taken;
  }

  /** Removes and returns the items at the front of each lane, up to the first one that `isTaken` declines. */
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
