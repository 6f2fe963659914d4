/**
 * Makes calls in their order, a slice of them in each turn of the event loop: what they set off, such as as many responses, runs
 * before the next slice, and so does what else is due. The first slice is made at once. Resolves after the last.
 */
export async function callInSlices(calls: readonly (() => void)[], size: number): Promise<void> {
  for (let start = 0; start < calls.length; start += size) {
    if (start > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    for (const call of calls.slice(start, start + size)) call();
  }
}
