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
  serverSelectionTimeoutMs,
  socketTimeoutMs,
  waitQueueTimeoutMs,
  writeTimeoutMs,
} from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type {
  ConversationDocument,
  LeavingDocument,
  MemberDocument,
  MessageDocument,
  MetaDocument,
} from "../documents.ts";

const namesDatabase = /^mongodb(\+srv)?:\/\/[^/?]+\/[^?]/;

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
  messages: Collection<MessageDocument>;
  conversations: Collection<ConversationDocument>;
  members: Collection<MemberDocument>;
  leavings: Collection<LeavingDocument>;
  meta: Collection<MetaDocument>;
  /** Tells whether the server is a router (mongos) of a sharded cluster. */
  isRouted(): Promise<boolean>;
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
  let isRouted: boolean | undefined;
  return {
    client,
    db,
    messages: db.collection("chat_messages"),
    conversations: db.collection("chat_conversations"),
    members: db.collection("chat_members"),
    leavings: db.collection("chat_leavings"),
    meta: db.collection("chat_meta"),
    async isRouted() {
      isRouted ??= (await db.command({ hello: 1 }))["msg"] === "isdbgrid";
      return isRouted;
    },
  };
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
