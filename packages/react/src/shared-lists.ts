import type { LiveState } from "@chatnest/client";

/** The part of a list that sharing it needs. */
interface List {
  subscribe(listener: () => void): () => void;
  getSnapshot(): { readonly state: LiveState };
  close(): void;
}

/** Lists that several components share. */
export interface SharedLists<TList extends List> {
  /** Returns a list that is open. */
  peek(key: string): TList | undefined;
  /** Returns the key of the first list that is open and is so. */
  findKey(isSo: (list: TList) => boolean): string | undefined;
  /** Returns the list of a key, which is opened if it is not open, and stays open until it is released. */
  hold(key: string, open: () => TList): Held<TList>;
}

/** A list that somebody uses. */
export interface Held<TList> {
  list: TList;
  /** Calling it again has no effect. */
  release(): void;
}

interface Entry<TList> {
  list: TList;
  users: number;
  /** Disconnects it; `undefined` while it is disconnected. */
  stop: (() => void) | undefined;
  timer?: ReturnType<typeof setTimeout>;
}

/** How long a list stays connected without a user, in ms: StrictMode and route changes mount again at once. */
const lingerMs = 5_000;
/** The same once another one lingers: a browser has six connections to a server over HTTP/1.1, for all its windows. */
const hurryMs = 100;

/**
 * Creates lists that are opened by their first user, and closed some seconds after the last one.
 * @param canClose Tells whether nothing is lost with a list. One that must not be closed is disconnected meanwhile.
 */
export function createSharedLists<TList extends List>(
  canClose: (list: TList) => boolean,
): SharedLists<TList> {
  const entries = new Map<string, Entry<TList>>();

  function connect(entry: Entry<TList>): void {
    clearTimeout(entry.timer);
    // What the server refused may be allowed by now.
    if (entry.users === 0 && entry.list.getSnapshot().state.status === "closed") disconnect(entry);
    entry.stop ??= entry.list.subscribe(() => undefined);
    entry.users++;
  }

  function disconnect(entry: Entry<TList>): void {
    entry.stop?.();
    entry.stop = undefined;
  }

  function endIn(entry: Entry<TList>, ms: number): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      disconnect(entry);
      closeUnused();
    }, ms);
  }

  function closeUnused(): void {
    for (const [key, { list, stop }] of entries) {
      if (stop || !canClose(list)) continue;
      list.close();
      entries.delete(key);
    }
  }

  return {
    peek: (key) => entries.get(key)?.list,
    findKey(isSo) {
      for (const [key, { list }] of entries) if (isSo(list)) return key;
      return undefined;
    },
    hold(key, open) {
      const entry = entries.get(key) ?? { list: open(), users: 0, stop: undefined };
      entries.set(key, entry);
      connect(entry);
      let isHeld = true;
      return {
        list: entry.list,
        release() {
          if (!isHeld) return;
          isHeld = false;
          entry.users--;
          if (entry.users > 0) return;
          for (const other of entries.values()) {
            if (other !== entry && other.users === 0 && other.stop) endIn(other, hurryMs);
          }
          endIn(entry, lingerMs);
        },
      };
    },
  };
}
