/** How long callers may work in one turn of the event loop, in ms. */
const sliceMs = 5;

let sliceEnd: number | undefined;

/**
 * Resolves in a later turn of the event loop. Work that only ever waits for an embedded store runs on microtasks: between
 * its steps it has to let requests and timers have their turn. However many callers wait, together they work for a few
 * milliseconds in each turn.
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
