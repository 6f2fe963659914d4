/** Random numbers that are the same in every run. */
export interface Random {
  /** From 0 to 1, without 1. */
  next(): number;
  /** Puts things in a random order, in place. */
  shuffle(things: unknown[]): void;
}

/** Makes a source of random numbers, mulberry32: small, and even enough for placing things. */
export function createRandom(seed: number): Random {
  let state = seed;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    shuffle(things) {
      for (let last = things.length - 1; last > 0; last--) {
        const other = Math.floor(next() * (last + 1));
        [things[last], things[other]] = [things[other], things[last]];
      }
    },
  };
}
