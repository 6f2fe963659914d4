import type { Message } from "../index.js";
import type { Saved } from "./database.ts";

/** What pages tell each other: which message was sent, or that the saved messages changed. */
export interface News {
  sent?: { saved: Saved; message: Message };
}

/** The other pages of the origin that share an outbox. */
export interface Pages {
  tell(news: News): void;
  /** Lets another page take over. */
  close(): void;
}

/** What a page does about the others. */
export interface PagesOptions {
  /** Called for what another page tells. */
  onNews(news: News): void;
  /** Called each time this page becomes the one that sends. */
  onLead(): void;
  /** Called each time another page has taken over. */
  onLose(): void;
}

/**
 * Joins the pages that share an outbox. The one that was looked at last sends: browsers stop pages in the background, which
 * keep their locks. Where there are no Web Locks, each sends: the ids make that harmless.
 */
export function joinPages(name: string, { onNews, onLead, onLose }: PagesOptions): Pages {
  // Neither is everywhere: the locks only in secure contexts. A server has both, but no pages, and would stay awake.
  const isPage = "indexedDB" in globalThis;
  const { navigator, BroadcastChannel, document }: Partial<typeof globalThis> = isPage
    ? globalThis
    : {};
  const locks: LockManager | undefined = navigator?.locks;
  const channel = BroadcastChannel && new BroadcastChannel(name);
  const leaving = new AbortController();
  let waiting = new AbortController();
  let isLeading = false;
  if (channel) channel.onmessage = ({ data }) => onNews(data as News);

  function lead(): Promise<void> | undefined {
    if (leaving.signal.aborted) return undefined;
    isLeading = true;
    onLead();
    return new Promise((resolve) => leaving.signal.addEventListener("abort", () => resolve()));
  }

  async function ask(options: LockOptions): Promise<void> {
    try {
      await locks?.request(name, options, lead);
    } catch {
      if (leaving.signal.aborted || options.signal?.aborted) return;
      // Locks are refused here.
      if (!isLeading) return void lead();
      isLeading = false;
      onLose();
      wait();
    }
  }

  function wait(): void {
    waiting = new AbortController();
    void ask({ signal: waiting.signal });
  }

  function takeOver(): void {
    if (isLeading || document?.visibilityState !== "visible") return;
    waiting.abort();
    void ask({ steal: true });
  }

  if (locks) {
    wait();
    takeOver();
    document?.addEventListener("visibilitychange", takeOver);
  } else void lead();

  return {
    tell(news) {
      if (!leaving.signal.aborted) channel?.postMessage(news);
    },
    close() {
      document?.removeEventListener("visibilitychange", takeOver);
      leaving.abort();
      waiting.abort();
      channel?.close();
    },
  };
}
