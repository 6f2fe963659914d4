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

/** Opens the storage of a name. Without IndexedDB nothing is saved. */
export function openStorage(name: string, onChange: () => void): Storage {
  let state: Storage["state"] = { storage: "indexeddb" };
  const database: Promise<Database | undefined> = openDatabase(name).catch((storageError) => {
    become({ storage: "memory", storageError });
    return undefined;
  });

  function become(next: Storage["state"]): void {
    state = next;
    onChange();
  }

  async function run<TResult>(ask: (db: Database) => Promise<TResult>) {
    const db = await database;
    if (!db) return undefined;
    try {
      return { result: await ask(db) };
    } catch (storageError) {
      become({ storage: "indexeddb", storageError });
      return undefined;
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
    close: () => void database.then((db) => db?.close()),
  };
}
