let end: Promise<void> | undefined;

/**
 * Resolves when the requests that arrived together have been worked on. So their answers are written one right after the other:
 * a client that waits for several is woken once and not by each, and waking costs more than answering.
 */
export function endOfTurn(): Promise<void> {
  end ??= new Promise((resolve) => {
    setImmediate(() => {
      end = undefined;
      resolve();
    });
  });
  return end;
}
