/** How long all callers together may work in one turn of the event loop, in ms. */
const sliceMs = 5;

let sliceEnd: number | undefined;

/**
 * Resolves in a later turn of the event loop. The embedded store answers on microtasks, so a loop that only waits for it would
 * block requests and timers. All callers together work for a few milliseconds in each turn.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(take, resolve);
  });
}

function take(resolve: () => void): void {
  if (sliceEnd === undefined) {
    sliceEnd = performance.now() + sliceMs;
    setImmediate(endSlice);
  } else if (performance.now() > sliceEnd) {
    setImmediate(take, resolve);
    return;
  }
  resolve();
}

function endSlice(): void {
  sliceEnd = undefined;
}
