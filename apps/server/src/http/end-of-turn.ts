/** How many answers wait for each other, and for how long the first of them waits, in ms. */
const waitingMax = 16;
const waitMaxMs = 1;

interface Waiting {
  end: Promise<void>;
  finish(): void;
  count: number;
  since: number;
}

let waiting: Waiting | undefined;

/**
 * Resolves when some of the requests that arrived together have been worked on. So their answers are written one right after the
 * other: a client that waits for several is woken once and not by each, and waking costs more than answering. Requests that take
 * long do not wait for each other.
 */
export function endOfTurn(): Promise<void> {
  const group = waiting ?? begin();
  group.count += 1;
  if (group.count === waitingMax || performance.now() - group.since > waitMaxMs) group.finish();
  return group.end;
}

function begin(): Waiting {
  const { promise, resolve } = Promise.withResolvers<void>();
  const group: Waiting = {
    end: promise,
    finish() {
      if (waiting === group) waiting = undefined;
      resolve();
    },
    count: 0,
    since: performance.now(),
  };
  setImmediate(group.finish);
  waiting = group;
  return group;
}
