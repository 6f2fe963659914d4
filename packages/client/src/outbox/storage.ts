import { type Database, openDatabase, type Saved } from "./database.ts";

/** Where messages are saved, if they can be. None of its functions rejects. */
export interface Storage {
  /** Whether they are saved, and what is wrong. */
  readonly state: { storage: "indexeddb" | "memory"; storageError?: unknown };
  /** Resolves with what was saved before; `undefined` when that cannot be read. */
  readAll(): Promise<Saved[] | undefined>;
  /** Resolves with whether a message is saved; it is when that cannot be told. */
  has(key: string): Promise<boolean>;
  /** Resolves with whether the message is saved now. */
  put(message: Saved): Promise<boolean>;
  delete(key: string): Promise<void>;
  close(): void;
}

/** What a storage is to do. */
export interface StorageOptions {
  name: string;
  /** Returns what this page knows to be saved: it is saved again when the browser has cleared the storage. */
  known(): Saved[];
  /** Called after each change of the state. */
  onChange(): void;
}

/** Opens a storage, also again when the browser closes it. Without IndexedDB nothing is saved. */
export function openStorage({ name, known, onChange }: StorageOptions): Storage {
  let state: Storage["state"] = { storage: "indexeddb" };
  let isClosed = false;
  let database = open();

  function open(): Promise<Database | undefined> {
    return openDatabase(name, known).catch((storageError) => {
      become({ storage: "memory", storageError });
      return undefined;
    });
  }

  function become(next: Storage["state"]): void {
    state = next;
    onChange();
  }

  async function run<TResult>(
    ask: (db: Database) => Promise<TResult>,
    isFirst = true,
  ): Promise<{ result: TResult } | undefined> {
    const before = database;
    const db = await before;
    if (!db) return undefined;
    try {
      return { result: await ask(db) };
    } catch (storageError) {
      const isToReopen = isFirst && !db.isOpen && !isClosed;
      if (!isToReopen) become({ storage: "indexeddb", storageError });
      else if (database === before) database = open();
      return isToReopen ? run(ask, false) : undefined;
    }
  }

  return {
    get state() {
      return state;
    },
    readAll: async () => (await run((db) => db.readAll()))?.result,
    has: async (key) => (await run((db) => db.has(key)))?.result ?? true,
    async put(message) {
      const isSaved = (await run((db) => db.put(message))) !== undefined;
      if (isSaved && state.storageError !== undefined) become({ storage: "indexeddb" });
      return isSaved;
    },
    delete: async (key) => void (await run((db) => db.delete(key))),
    close() {
      isClosed = true;
      void database.then((db) => db?.close());
    },
  };
}
