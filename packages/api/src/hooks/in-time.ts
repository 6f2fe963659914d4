/**
 * Calls a function and waits for it, but no longer than a time, after which its signal aborts.
 * @throws Error when the time is up, or whatever the function throws.
 */
export async function callInTime<TResult>(
  run: (signal: AbortSignal) => Promise<TResult>,
  timeoutMs: number,
): Promise<TResult> {
  const controller = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`it took longer than ${timeoutMs} ms`);
    controller.abort(error);
    reject(error);
  }, timeoutMs);
  try {
    return await Promise.race([run(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
