/** How long all callers together may work in one turn of the event loop, in ms. */
const sliceMs = 5;

/** First in, first out: who works and waits again is behind all who wait. */
const waiting: (() => void)[] = [];
let sliceEnd: number | undefined;

/**
 * Resolves in a later turn of the event loop. The embedded store answers on microtasks, so a loop that only waits for it would
 * block requests and timers. All callers together work for a few milliseconds in each turn.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    setImmediate(take);
  });
}

// One call for each that waits, so that what each does runs before the next is taken.
function take(): void {
  if (sliceEnd === undefined) {
    sliceEnd = performance.now() + sliceMs;
    setImmediate(endSlice);
  } else if (performance.now() > sliceEnd) {
    setImmediate(take);
    return;
  }
  waiting.shift()?.();
}

function endSlice(): void {
  sliceEnd = undefined;
}
