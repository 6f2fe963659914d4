const firstCapacity = 1 << 16;

/**
 * Counts how often each fingerprint came: 11 to 22 bytes for each distinct one, and an entry of a map for each that
 * came again. (A map of all would take about 60, and ends at 16.7 million.)
 */
export class Occurrences {
  // Open addressing, at most three quarters full; 0 is an empty place.
  #places = new Float64Array(firstCapacity);
  #size = 0;
  readonly #repeats = new Map<number, number>();

  /** Answers the how manieth this one is: 1 for the first. A fingerprint is an integer from 1 to 2^53 - 1. */
  count(fingerprint: number): number {
    const place = findPlace(this.#places, fingerprint);
    if (this.#places[place] === fingerprint) {
      const count = (this.#repeats.get(fingerprint) ?? 1) + 1;
      this.#repeats.set(fingerprint, count);
      return count;
    }
    this.#places[place] = fingerprint;
    this.#size++;
    if (this.#size > 0.75 * this.#places.length) this.#grow();
    return 1;
  }

  #grow(): void {
    const places = new Float64Array(this.#places.length * 2);
    for (const fingerprint of this.#places) {
      if (fingerprint !== 0) places[findPlace(places, fingerprint)] = fingerprint;
    }
    this.#places = places;
  }
}

function findPlace(places: Float64Array, fingerprint: number): number {
  let place = fingerprint % places.length;
  while (places[place] !== 0 && places[place] !== fingerprint) place = (place + 1) % places.length;
  return place;
}
