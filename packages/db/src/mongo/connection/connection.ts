import {
  type Collection,
  type Db,
  MongoClient,
  type MongoClientOptions,
  ReadConcern,
} from "mongodb";
import {
  connectTimeoutMs,
  heartbeatFrequencyMs,
  readTimeoutMs,
  serverSelectionTimeoutMs,
  socketTimeoutMs,
  waitQueueTimeoutMs,
  writeTimeoutMs,
} from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type {
  ConversationDocument,
  ErasureDocument,
  LeavingDocument,
  MemberDocument,
  MetaDocument,
} from "../documents.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { Horizon } from "./horizon.ts";

/** From this version of the schema on, logs can have entries that are not messages. */
export const changesVersion = 2;
/** From this version of the schema on, memberships have the activity of settled conversations. */
export const inboxVersion = 3;
/** For how long a process may not know that the version was raised, in ms. */
const versionAgeMaxMs = 5_000;

/** Tells whether a URI names a database. */
export const namesDatabase = /^mongodb(\+srv)?:\/\/[^/?]+\/[^?]/;

/** Acknowledged means that a majority has a write in its journal. What is read is never rolled back. */
function createConcerns() {
  return {
    writeConcern: { w: "majority", journal: true, wtimeoutMS: writeTimeoutMs },
    // Made anew for each connection: the driver stores the progress of causal sessions in it.
    readConcern: new ReadConcern("majority"),
    readPreference: "primary",
  } satisfies MongoClientOptions;
}

/** Options that the URI cannot change: nothing may wait for long. */
const requiredOptions: MongoClientOptions = {
  ignoreUndefined: false,
  serverSelectionTimeoutMS: serverSelectionTimeoutMs,
  waitQueueTimeoutMS: waitQueueTimeoutMs,
  connectTimeoutMS: connectTimeoutMs,
  socketTimeoutMS: socketTimeoutMs,
  heartbeatFrequencyMS: heartbeatFrequencyMs,
};

/** The client, the database and its collections. */
export interface Connection {
  client: MongoClient;
  db: Db;
  messages: Collection<EntryDocument>;
  conversations: Collection<ConversationDocument>;
  members: Collection<MemberDocument>;
  leavings: Collection<LeavingDocument>;
  erasures: Collection<ErasureDocument>;
  meta: Collection<MetaDocument>;
  /** How new a page is at least. */
  horizon: Horizon;
  /** Tells whether the server is a router (mongos) of a sharded cluster. */
  isRouted(): Promise<boolean>;
  /** Tells whether every process on the database knows entries that are not messages. */
  allowsChanges(): Promise<boolean>;
  /** Tells whether memberships have the activity of settled conversations. "No" may be a few seconds old. */
  keepsInboxes(ageMaxMs?: number): Promise<boolean>;
}

/**
 * Creates the connection for a URI, without connecting yet. The database is that of the URI, else `chatnest`.
 * @throws StoreError `cannot_open` when the URI is invalid.
 */
export function createConnection(uri: string): Connection {
  const concerns = createConcerns();
  const client = createClient(uri, concerns);
  // Without a name the driver takes "test". The concerns are repeated because the URI can change parts of the client's.
  const db = client.db(namesDatabase.test(uri) ? undefined : "chatnest", concerns);
  const meta = db.collection<MetaDocument>("chat_meta");
  let isRouted: boolean | undefined;
  let allowsChanges = false;
  let keepsInboxes = false;
  let versionReadAt = Number.NEGATIVE_INFINITY;
  return {
    client,
    db,
    messages: db.collection("chat_messages"),
    conversations: db.collection("chat_conversations"),
    members: db.collection("chat_members"),
    leavings: db.collection("chat_leavings"),
    erasures: db.collection("chat_erasures"),
    meta,
    horizon: new Horizon(),
    async isRouted() {
      isRouted ??= (await db.command({ hello: 1 }))["msg"] === "isdbgrid";
      return isRouted;
    },
    async allowsChanges() {
      // It never becomes false again.
      allowsChanges ||= (await readSchemaVersion(meta)) >= changesVersion;
      return allowsChanges;
    },
    async keepsInboxes(ageMaxMs = versionAgeMaxMs) {
      if (keepsInboxes) return true;
      const now = performance.now();
      if (now - versionReadAt < ageMaxMs) return false;
      keepsInboxes = (await readSchemaVersion(meta)) >= inboxVersion;
      versionReadAt = now;
      return keepsInboxes;
    },
  };
}

/** Reads the version of the schema; 0 before there is one. */
export async function readSchemaVersion(meta: Collection<MetaDocument>): Promise<number> {
  const document = await meta.findOne({ _id: "schema" }, { maxTimeMS: readTimeoutMs });
  return Number(document?.value ?? 0);
}

function createClient(uri: string, concerns: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(uri, { ...requiredOptions, ...concerns });
  } catch (cause) {
    // Without the text of the driver, which may quote a password.
    const text =
      "MONGODB_URI is not a valid URI: it looks like mongodb://user:password@host:27017/database";
    throw new StoreError("cannot_open", text, { cause });
  }
}
