import type { KeptReads } from "../../commit/kept-reads.ts";
import type { Conversation, Message } from "../../entities.ts";
import { readMetadata } from "../../metadata.ts";
import { lengthOfConversation, openFit } from "../../paging/page-length.ts";
import { conversationStream } from "../../stream.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConversationDocument } from "../documents.ts";
import { TooLong } from "../too-long.ts";
import { readNewestMessages } from "./newest-messages.ts";
import type { ReadShownMembers } from "./shown-members.ts";

/** How many conversations and messages one command reads at most. */
const conversationsMax = 100;
const messagesMax = 1_000;
/** How many chunks are read at once, with two commands each, so that one call does not take all connections. */
const chunksAtOnce = 2;

/** The newest messages of conversations that were read lately. */
export type KeptMessages = KeptReads<Message[]>;

/** What reading needs. */
interface ViewParts {
  connection: Connection;
  kept: KeptMessages;
  readMembers: ReadShownMembers;
}

/** How many messages and members of each conversation are shown. */
interface Shown {
  newest: number;
  members: number;
}

/**
 * Reads what conversations show in addition to their documents, in the given order: their first members, the number of all
 * members, and their `newest` newest messages. Many conversations share a command, few where their messages are long. Ends where a
 * page would be too long.
 */
export async function readConversationViews(
  parts: ViewParts,
  documents: readonly ConversationDocument[],
  shown: Shown,
): Promise<Conversation[]> {
  const { newest } = shown;
  let size = Math.min(conversationsMax, Math.max(1, Math.floor(messagesMax / newest)));
  const read: Conversation[] = [];
  const fits = openFit();
  while (read.length < documents.length) {
    const some = documents.slice(read.length, read.length + size * chunksAtOnce);
    const chunks = chunksOf(some, size);
    const views = await Promise.all(chunks.map((chunk) => readChunk(parts, chunk, shown)));
    for (const view of views) {
      if (!view) break;
      for (const conversation of view) {
        if (!fits(lengthOfConversation(conversation))) return read;
        read.push(conversation);
      }
    }
    // Those of one conversation are never too long.
    if (views.includes(undefined)) size = Math.ceil(size / 8);
  }
  return read;
}

/** Reads some conversations; `undefined` when their messages are far too long for one page. */
async function readChunk(
  { connection, kept, readMembers }: ViewParts,
  documents: readonly ConversationDocument[],
  { newest, members: shown }: Shown,
): Promise<Conversation[] | undefined> {
  const ids = documents.map(({ _id }) => _id);
  const [members, messages] = await Promise.all([
    readMembers(ids, shown),
    readMessages({ connection, kept }, documents, newest),
  ]);
  if (!messages) return undefined;
  return documents.map((document, index) => {
    const { _id, created_at, last_seq, last_activity_at, title, metadata } = document;
    const { user_ids, member_count } = members.get(_id) ?? { user_ids: [], member_count: 0 };
    return {
      id: _id,
      user_ids,
      messages: messages[index] ?? [],
      created_at: created_at.toISOString(),
      last_seq,
      member_count,
      last_activity_at: last_activity_at.toISOString(),
      ...(title !== undefined && { title }),
      ...(metadata !== undefined && { metadata: readMetadata(metadata) }),
    };
  });
}

/**
 * Reads the newest messages of conversations, all of those whose head has changed since they were last read in one command;
 * `undefined` when they are far too long for one page.
 */
async function readMessages(
  { connection, kept }: Omit<ViewParts, "readMembers">,
  documents: readonly ConversationDocument[],
  newest: number,
): Promise<Message[][] | undefined> {
  const changed: string[] = [];
  const reading = Promise.resolve().then(() => readNewestMessages(connection, changed, newest));
  const readOne = async (id: string) => {
    changed.push(id);
    const found = await reading;
    if (!found) throw new TooLong();
    return found.get(id) ?? [];
  };
  const all = documents.map(({ _id, last_seq }) => {
    const isEmpty = newest === 0 || last_seq === 0;
    const asked = { stream: conversationStream(_id), view: `${newest}`, head: last_seq };
    return isEmpty ? [] : kept.at(asked, () => readOne(_id));
  });
  try {
    return await Promise.all(all);
  } catch (error) {
    if (error instanceof TooLong) return undefined;
    throw error;
  }
}
