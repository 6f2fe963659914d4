/** Splits a list into lists of at most `size` items. */
export function chunksOf<TItem>(items: readonly TItem[], size: number): TItem[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, n) => items.slice(n * size, (n + 1) * size));
}
