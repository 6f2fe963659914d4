import { type Collection, type Db, MongoClient, type MongoClientOptions } from "mongodb";
import { StoreError } from "../errors.ts";
import type {
  ConversationDocument,
  MemberDocument,
  MessageDocument,
  MetaDocument,
} from "./documents.ts";

const namesDatabase = /^mongodb(\+srv)?:\/\/[^/?]+\/[^?]/;

/** How long a majority may take to have a write, in ms; after that its outcome is unknown. */
export const writeTimeoutMs = 4_000;
/** How long the server may work on a read, in ms. */
export const readTimeoutMs = 4_000;

/**
 * What ChatNest asks of the driver, whatever the URI says: acknowledged means that a majority has it in its journal, read
 * means that it will not be rolled back, and nothing waits for long.
 */
const requiredOptions: MongoClientOptions = {
  writeConcern: { w: "majority", journal: true, wtimeoutMS: writeTimeoutMs },
  readConcern: { level: "majority" },
  readPreference: "primary",
  ignoreUndefined: false,
  serverSelectionTimeoutMS: 5_000,
  waitQueueTimeoutMS: 2_000,
  connectTimeoutMS: 2_000,
  // Longer than the server takes by its own limits above, so that a silent one is given up and a slow one is not.
  socketTimeoutMS: 5_000,
  heartbeatFrequencyMS: 2_000,
};

/** The client, the database and its collections. */
export interface Connection {
  client: MongoClient;
  db: Db;
  messages: Collection<MessageDocument>;
  conversations: Collection<ConversationDocument>;
  members: Collection<MemberDocument>;
  meta: Collection<MetaDocument>;
  /** Says whether it goes to a router of a sharded cluster. */
  isRouted(): Promise<boolean>;
}

/**
 * Makes the connection that a URI names; nothing is sent yet. The database is the URI's, else `chatnest`.
 * @throws StoreError `cannot_open` when the URI is none.
 */
export function createConnection(uri: string): Connection {
  const client = createClient(uri);
  // The driver would take "test" where the URI names none.
  const db = client.db(namesDatabase.test(uri) ? undefined : "chatnest");
  let isRouted: boolean | undefined;
  return {
    client,
    db,
    messages: db.collection("chat_messages"),
    conversations: db.collection("chat_conversations"),
    members: db.collection("chat_members"),
    meta: db.collection("chat_meta"),
    async isRouted() {
      isRouted ??= (await db.command({ hello: 1 }))["msg"] === "isdbgrid";
      return isRouted;
    },
  };
}

function createClient(uri: string): MongoClient {
  try {
    return new MongoClient(uri, requiredOptions);
  } catch (cause) {
    // Not the driver's own words: they may quote a password.
    const text =
      "MONGODB_URI is no usable URI: it looks like mongodb://user:password@host:27017/database";
    throw new StoreError("cannot_open", text, { cause });
  }
}
