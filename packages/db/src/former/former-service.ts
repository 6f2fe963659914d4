import { type Collection, type Document, MongoClient } from "mongodb";
import { connectTimeoutMs, serverSelectionTimeoutMs } from "../deadlines.ts";
import { StoreError } from "../errors.ts";
import { namesDatabase } from "../mongo/connection/connection.ts";
import { toKeyText, toReference, toStableId } from "./document-keys.ts";
import { inOrderOfKeys } from "./in-order.ts";

/** A document of the former service. Nothing is known of its fields. */
export interface FormerDocument {
  /** Its `_id`, to be shown. */
  key: string;
  /** An id that is made of it, the same each time. */
  id: string;
  /** An `ObjectId` in the place of an id is its text. */
  fields: Readonly<Record<string, unknown>>;
}

/** How many documents there are, about. */
export interface FormerCounts {
  conversations: number;
  messages: number;
}

/** The database of the service that ChatNest replaces, open to be read. */
export interface FormerService extends AsyncDisposable {
  /** @throws StoreError `unavailable`. */
  count(): Promise<FormerCounts>;
  /** Reads all conversations. @throws StoreError `unavailable`. */
  conversations(): AsyncIterable<FormerDocument>;
  /** Reads all messages, ordered by conversation, time and `_id`. @throws StoreError `unavailable`. */
  messages(): AsyncIterable<FormerDocument>;
}

/** How many documents are read at a time. */
const batchSize = 1_000;
const references = ["id", "conversation_id", "user_id"] as const;

/**
 * Opens the database of the former service. Nothing is written to it.
 * @throws StoreError `cannot_open` when the URI is invalid or names no database, `unavailable` when MongoDB cannot be reached.
 */
export async function openFormerService(uri: string): Promise<FormerService> {
  const client = createClient(uri);
  if (!namesDatabase.test(uri)) {
    throw new StoreError("cannot_open", "the URI names no database: mongodb://host:27017/database");
  }
  const db = client.db();
  const messages: Collection = db.collection("messages");
  const conversations: Collection = db.collection("conversations");
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw unavailable(error);
  }

  return {
    async count() {
      try {
        const [messageCount, conversationCount] = await Promise.all([
          messages.estimatedDocumentCount(),
          conversations.estimatedDocumentCount(),
        ]);
        return { messages: messageCount, conversations: conversationCount };
      } catch (error) {
        throw unavailable(error);
      }
    },
    conversations: () => read(conversations.find({}, { batchSize }).sort({ _id: 1 })),
    messages: () => {
      const sort = { conversation_id: 1, timestamp: 1 } as const;
      return read(inOrderOfKeys(messages.find({}, { batchSize }).sort(sort).allowDiskUse(true)));
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function* read(documents: AsyncIterable<Document>): AsyncGenerator<FormerDocument> {
  try {
    for await (const { _id, ...fields } of documents) {
      for (const name of references) {
        if (name in fields) fields[name] = toReference(fields[name]);
      }
      const { user_ids } = fields;
      if (Array.isArray(user_ids)) fields["user_ids"] = user_ids.map(toReference);
      yield { key: toKeyText(_id), id: toStableId(_id), fields };
    }
  } catch (error) {
    throw unavailable(error);
  }
}

function createClient(uri: string): MongoClient {
  try {
    return new MongoClient(uri, {
      serverSelectionTimeoutMS: serverSelectionTimeoutMs,
      connectTimeoutMS: connectTimeoutMs,
      // Whatever wrote them.
      enableUtf8Validation: false,
    });
  } catch (cause) {
    // Without the text of the driver, which may quote a password.
    const text =
      "this is not a valid URI: it looks like mongodb://user:password@host:27017/database";
    throw new StoreError("cannot_open", text, { cause });
  }
}

function unavailable(cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError("unavailable", `cannot read the former service: ${reason}`, { cause });
}
