/** So many streams are open in all windows of a browser: it has six connections to a server, and requests need one. */
const streamsMax = 5;
/** How long the page is out of sight before its conversation is followed no longer, in ms. */
const hiddenMs = 10_000;
/** When to look for a place again, in ms. */
const againMs = 1_000;

/**
 * Sends a request. Streams take turns, so that many windows leave connections for what is sent: one of a conversation is
 * open only while the page is in sight, and over HTTP/1.1 a stream waits until there is a place for it.
 */
export async function fetchInTurn(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const signal = init?.signal;
  const accept = new Headers(init?.headers).get("accept");
  if (!signal || !accept?.startsWith("text/event-stream")) return fetch(input, init);
  const ending = new AbortController();
  if (signal.aborted) ending.abort();
  signal.addEventListener("abort", () => ending.abort(), { once: true });
  if (String(input).includes("/messages/")) {
    await untilSeen(ending.signal);
    endUnseen(ending);
  }
  await takePlace(ending.signal);
  return fetch(input, { ...init, signal: ending.signal });
}

function untilSeen(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => (document.visibilityState === "visible" || signal.aborted) && resolve();
    look();
    document.addEventListener("visibilitychange", look, { signal });
    signal.addEventListener("abort", look, { once: true });
  });
}

function endUnseen(ending: AbortController): void {
  const { signal } = ending;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(() => ending.abort(), hiddenMs);
  };
  document.addEventListener("visibilitychange", look, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

async function takePlace(signal: AbortSignal): Promise<void> {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  // Later versions of HTTP carry all requests over one connection. On plain HTTP beyond this machine there are no locks.
  if (page?.nextHopProtocol !== "http/1.1" || !navigator.locks) return;
  while (!signal.aborted) {
    for (let place = 0; place < streamsMax; place += 1) {
      if (await holds(`chatnest-stream-${place}`, signal)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

/** Takes a lock until the signal; resolves with whether it was free. */
function holds(name: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const held = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      if (!lock || signal.aborted) return undefined;
      return new Promise<void>((release) => {
        signal.addEventListener("abort", () => release(), { once: true });
      });
    });
    // A browser may refuse locks together with its storage.
    held.catch(() => resolve(true));
  });
}
