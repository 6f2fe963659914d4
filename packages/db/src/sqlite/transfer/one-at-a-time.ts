/** Runs a call when all earlier ones have ended. */
export type OneAtATime = <TResult>(call: () => Promise<TResult>) => Promise<TResult>;

/** Creates what keeps apart the copies of a file and its rewriting: SQLite would fail a copy whose pages move while it is made. */
export function createOneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return (call) => {
    const ended = last.then(call);
    last = ended.catch(() => {});
    return ended;
  };
}
