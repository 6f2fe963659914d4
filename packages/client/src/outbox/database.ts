import type { OutboxItem } from "./outbox.ts";

/** A message as it is saved. */
export interface Saved extends Omit<OutboxItem, "isSaved" | "message" | "error" | "status"> {
  /** Unique in the database. */
  key: string;
  /** Its place: messages are ordered by it. */
  at: number;
  /** When and why it was refused; a saved message is pending without it. */
  refused?: { at: number; code: string; message: string; status: number | undefined };
}

/** The saved messages of one user. Its functions reject with a DOMException. */
export interface Database {
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
 * @throws DOMException, or another Error, when there is none.
 */
export async function openDatabase(name: string): Promise<Database> {
  const db = await open(name);
  // A later version of this module wants to change it.
  db.onversionchange = () => db.close();

  function run<TResult>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<TResult>,
  ): Promise<TResult> {
    return new Promise((resolve, reject) => {
      // Strict: written to the disk, and not just handed to the system.
      const transaction = db.transaction(storeName, mode, { durability: "strict" });
      const request = ask(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not saved"));
    });
  }

  return {
    readAll: () => run<Saved[]>("readonly", (store) => store.getAll()),
    has: async (key) => (await run("readonly", (store) => store.count(key))) > 0,
    put: async (message) => void (await run("readwrite", (store) => store.put(message))),
    delete: (key) => run("readwrite", (store) => store.delete(key)),
    close: () => db.close(),
  };
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    const timer = setTimeout(() => reject(new Error("IndexedDB does not answer")), openMs);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(storeName, { keyPath: "key" });
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      clearTimeout(timer);
      resolve(request.result);
    };
  });
}
