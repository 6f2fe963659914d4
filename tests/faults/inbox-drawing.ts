/** Draws a number from 0 up to one less than a count. */
export function drawn(count: number): number {
  return Math.floor(Math.random() * count);
}

/** Draws one of several. */
export function oneOf<TOne>(all: readonly TOne[]): TOne | undefined {
  return all[drawn(all.length)];
}

/** Tells, as often as not, or as a share from 0 to 1 says, `true`. */
export function isDrawn(share = 0.5): boolean {
  return Math.random() < share;
}
