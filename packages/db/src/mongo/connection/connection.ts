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

/** Makes what acknowledged means, a majority has it in its journal, and what read means, it will not be rolled back. */
function createConcerns() {
  return {
    writeConcern: { w: "majority", journal: true, wtimeoutMS: writeTimeoutMs },
    // Of each connection's own: the driver writes into it how far a causal session has come.
    readConcern: new ReadConcern("majority"),
    readPreference: "primary",
  } satisfies MongoClientOptions;
}

/** What ChatNest asks of the driver, whatever the URI says: nothing waits for long. */
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
  /** Says whether it goes to a router of a sharded cluster. */
  isRouted(): Promise<boolean>;
}

/**
 * Makes the connection that a URI names; nothing is sent yet. The database is the URI's, else `chatnest`.
 * @throws StoreError `cannot_open` when the URI is none.
 */
export function createConnection(uri: string): Connection {
  const concerns = createConcerns();
  const client = createClient(uri, concerns);
  // The driver would take "test" where the URI names none. The concerns again: parts of a client's may be the URI's.
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
    // Not the driver's own words: they may quote a password.
    const text =
      "MONGODB_URI is no usable URI: it looks like mongodb://user:password@host:27017/database";
    throw new StoreError("cannot_open", text, { cause });
  }
}
