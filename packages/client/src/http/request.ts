import { ChatError } from "../errors.ts";
import { type FetchInit, type FetchLike, platform, type ResponseLike } from "../platform.ts";
import { orAborted } from "./abort.ts";
import { createReachability } from "./reachability.ts";
import { keepToken, type Token } from "./token.ts";
import { checkHasPage, toBaseUrl } from "./url.ts";

/** Sends HTTP requests with the credentials of one client. */
export interface Requests {
  /**
   * Sends a request to a path such as `/messages/tea/events` and resolves with the head of the answer, whatever its
   * status. After a 401 it gets a new token and sends the request once more.
   * @throws ChatError `network`, `aborted`, `timeout`; `unauthorized` when no token can be obtained.
   */
  send(path: string, init: FetchInit): Promise<ResponseLike>;
  /**
   * Returns the token that requests currently carry.
   * @throws ChatError `unauthorized` when none can be obtained.
   */
  token(): Promise<string | undefined>;
  /** Calls a listener each time the server answers after it did not. Returns the function that stops it. */
  onBack(listener: () => void): () => void;
}

/** Where requests go and what they carry. */
export interface RequestsOptions {
  url: string;
  fetch?: FetchLike | undefined;
  token?: Token | undefined;
}

/**
 * Creates the requests of one client.
 * @throws ChatError `bad_request` when `url` is not a URL, or `token` cannot be sent in a header.
 */
export function createRequests({ url, fetch, token }: RequestsOptions): Requests {
  const base = toBaseUrl(url);
  const keeper = token === undefined ? undefined : keepToken(token);
  const reachability = createReachability();

  async function sendWithToken(path: string, init: FetchInit): Promise<ResponseLike> {
    if (!keeper) return reach(path, init);
    const carried = keeper.current();
    const response = await reach(path, withToken(init, await carried));
    const next = response.status === 401 ? keeper.after(carried) : undefined;
    if (!next) return response;
    // Read to the end: only then is the connection reused.
    response.text().catch(() => undefined);
    return reach(path, withToken(init, await next));
  }

  async function reach(path: string, init: FetchInit): Promise<ResponseLike> {
    // Looked up for each request: tests and instrumentation may replace the global one at any time.
    const fetchOf = fetch ?? platform.fetch;
    if (!fetch) checkHasPage(base);
    try {
      const response = await fetchOf(base + path, init);
      reachability.take(response.status);
      return response;
    } catch (cause) {
      if (!init.signal?.aborted) reachability.take(undefined);
      throw new ChatError("network", `cannot reach ${url}`, { cause });
    }
  }

  return {
    send: (path, init) => orAborted(sendWithToken(path, init), init.signal),
    token: async () => keeper?.current(),
    onBack: reachability.onBack,
  };
}

function withToken(init: FetchInit, token: string): FetchInit {
  return { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } };
}
