import type { ChatError } from "../index.js";
import type { OutboxItem } from "./outbox.ts";

/** A message as it is saved. */
export interface Saved extends Omit<OutboxItem, "isSaved" | "message" | "error" | "status"> {
  /** Unique in the database. */
  key: string;
  /** Its place: messages are ordered by it. */
  at: number;
  /** When and why it was refused; a saved message is pending without it. */
  refused?: { at: number } & Pick<
    ChatError,
    "code" | "message" | "status" | "requestId" | "issues"
  >;
}

/** The saved messages of one user. Its functions reject with a DOMException. */
export interface Database {
  /** `false` once the browser has closed it, for example because its data is cleared. */
  readonly isOpen: boolean;
  readAll(): Promise<Saved[]>;
  has(key: string): Promise<boolean>;
  /** Resolves once the message outlives the page. */
  put(message: Saved): Promise<void>;
  delete(key: string): Promise<void>;
  close(): void;
}

const storeName = "messages";
// Some browsers never answer when their profile is broken.
const openMs = 10_000;

/**
 * Opens the database of a name.
 * @param known Returns what a database that is new begins with.
 * @throws DOMException, or another Error, when there is none.
 */
export async function openDatabase(name: string, known: () => Saved[]): Promise<Database> {
  const db = await open(name, known);
  let isOpen = true;
  db.onclose = () => {
    isOpen = false;
  };
  // It is to be deleted, or a later version of this module wants to change it.
  db.onversionchange = () => {
    isOpen = false;
    db.close();
  };

  function begin(mode: IDBTransactionMode): IDBTransaction {
    try {
      // Strict: written to the disk, and not just handed to the system.
      return db.transaction(storeName, mode, { durability: "strict" });
    } catch (error) {
      isOpen = false;
      throw error;
    }
  }

  function run<TResult>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<TResult>,
  ): Promise<TResult> {
    return new Promise((resolve, reject) => {
      const transaction = begin(mode);
      const request = ask(transaction.objectStore(storeName));
      // At once, since the page may be left before it could do so by itself.
      transaction.commit?.();
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not saved"));
    });
  }

  return {
    get isOpen() {
      return isOpen;
    },
    readAll: () => run<Saved[]>("readonly", (store) => store.getAll()),
    has: async (key) => (await run("readonly", (store) => store.count(key))) > 0,
    put: async (message) => void (await run("readwrite", (store) => store.put(message))),
    delete: (key) => run("readwrite", (store) => store.delete(key)),
    close: () => db.close(),
  };
}

function open(name: string, known: () => Saved[]): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error("IndexedDB does not answer"));
    }, openMs);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(storeName, { keyPath: "key" });
      for (const saved of known()) store.put(saved);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      if (isLate) request.result.close();
      resolve(request.result);
    };
  });
}
