/** Calls for each of some things, for a few at a time. Rejects when a call did, after all of them. */
export async function inParallel<TItem>(
  items: readonly TItem[],
  max: number,
  call: (item: TItem) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const workers = Array.from({ length: Math.min(max, items.length) }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await call(item).catch((error: unknown) => failures.push(error));
    }
  });
  await Promise.all(workers);
  if (failures.length > 0) throw failures[0];
}
