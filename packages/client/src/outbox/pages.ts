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
  /** Called once this page is the one that sends, which it stays until it is closed. */
  onLead(): void;
}

/** Joins the pages that share an outbox. Where there are no Web Locks, each sends: the ids make that harmless. */
export function joinPages(name: string, { onNews, onLead }: PagesOptions): Pages {
  // Neither is everywhere: the locks only in secure contexts. A server has both, but no pages, and would stay awake.
  const isPage = "indexedDB" in globalThis;
  const { navigator, BroadcastChannel }: Partial<typeof globalThis> = isPage ? globalThis : {};
  const locks: LockManager | undefined = navigator?.locks;
  const channel = BroadcastChannel && new BroadcastChannel(name);
  const leaving = new AbortController();
  if (channel) channel.onmessage = ({ data }) => onNews(data as News);

  function lead(): Promise<void> | undefined {
    if (leaving.signal.aborted) return undefined;
    onLead();
    return new Promise((resolve) => leaving.signal.addEventListener("abort", () => resolve()));
  }

  if (locks) locks.request(name, { signal: leaving.signal }, lead).catch(lead);
  else void lead();

  return {
    tell(news) {
      if (!leaving.signal.aborted) channel?.postMessage(news);
    },
    close() {
      leaving.abort();
      channel?.close();
    },
  };
}
