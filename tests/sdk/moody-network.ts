import type { FetchLike, ResponseLike } from "@chatnest/client";

/** What becomes of a request: it is lost on its way there, or its answer is, or it takes a while. */
export type Fate = "passes" | "lost" | "unanswered" | "slow";

const online = new EventTarget();

/** A network between a client and a server that does what a test tells it. */
export class MoodyNetwork {
  /** What becomes of the next requests; all pass when there are none. */
  fates: Iterator<Fate> | undefined;
  /** Holds back what streams say, as long as it is set. */
  held: Promise<void> | undefined;
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  #hold: { what: string; ask(): void; gone: Promise<void> } | undefined;
  readonly #cuts = new Set<() => void>();
  #isAway = false;

  readonly fetch: FetchLike = async (url, init) => {
    this.asked.push(url);
    if (this.#isAway) throw new Error("away");
    const isStream = url.includes("/events");
    const fate = isStream ? "passes" : (this.fates?.next().value ?? "passes");
    if (fate === "lost") throw new Error("lost");
    if (fate === "slow") await pause();
    const { signal, ...rest } = init;
    const cut = new AbortController();
    const abort = () => cut.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    const response = await fetch(url, { ...rest, signal: cut.signal });
    if (isStream) return this.#toStream(response, abort);
    const text = await response.text();
    if (fate === "slow") await pause();
    if (this.#hold && url.includes(this.#hold.what)) {
      const { ask, gone } = this.#hold;
      this.#hold = undefined;
      ask();
      await gone;
    }
    if (fate === "unanswered" || this.#isAway) throw new Error("unanswered");
    return toResponse(response, { body: null, text: async () => text });
  };

  /** Holds back the next answer to a request, once it is there. */
  holdAnswer(what: string): { asked: Promise<void>; letGo(): void; lose(): void } {
    const asked = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    this.#hold = { what, ask: asked.resolve, gone: gone.promise };
    const lose = () => gone.reject(new Error("unanswered"));
    return { asked: asked.promise, letGo: gone.resolve, lose };
  }

  /** Cuts all streams. */
  cut(): void {
    for (const cut of this.#cuts) cut();
    this.#cuts.clear();
  }

  /** Loses everything, until it is back. */
  goAway(): void {
    this.#isAway = true;
    this.cut();
  }

  comeBack(): void {
    this.#isAway = false;
    // What a browser tells when its network is back.
    online.dispatchEvent(new Event("online"));
  }

  #toStream(response: Response, abort: () => void): ResponseLike {
    this.#cuts.add(abort);
    const reader = response.body?.getReader();
    const read = async () => {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      await this.held;
      return { done, value };
    };
    const cancel = async () => reader?.cancel();
    return toResponse(response, { body: { getReader: () => ({ read, cancel }) }, text: fail });
  }
}

/** Lets clients hear of the network, as those in a browser do. */
export function becomeBrowser(): Disposable {
  const functions = {
    addEventListener: online.addEventListener.bind(online),
    removeEventListener: online.removeEventListener.bind(online),
  };
  Object.assign(globalThis, functions);
  return {
    [Symbol.dispose]() {
      for (const name of Object.keys(functions)) Reflect.deleteProperty(globalThis, name);
    },
  };
}

function toResponse(
  { status, headers }: Response,
  rest: Pick<ResponseLike, "body" | "text">,
): ResponseLike {
  return { status, headers, ...rest };
}

async function fail(): Promise<string> {
  throw new Error("a stream is not read as a text");
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
}
