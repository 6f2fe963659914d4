import type { Message } from "../entities.ts";
import { type AnyEntry, isKnownKind, type RawEntry, toEntry } from "../entries.ts";
import { type ChatError, isChatError } from "../errors.ts";
import type { Identity } from "../http/identity.ts";
import type { Requests } from "../http/request.ts";
import type { Transport } from "../http/transport.ts";
import type { AbortSignalLike } from "../platform.ts";
import { keepConnected } from "./connection.ts";
import type { ServerSentEvent } from "./event-stream.ts";
import {
  type Head,
  readData,
  toUnknownEvent,
  type UserEntryEvent,
  type UserEvent,
} from "./events.ts";
import { type GapPage, Gaps } from "./gaps.ts";
import { toEventsPath } from "./path.ts";
import type { Sink } from "./subscription.ts";

/** The parts of a client that following needs. */
export interface FollowParts {
  requests: Requests;
  transport: Transport;
  identity: Identity;
}

/** The end of a conversation, and the end it had when the user joined, if that was while disconnected. */
interface MetHead extends Head {
  joined_seq?: number;
}

/** The ends of some of a user's conversations; `complete` with the last of them. */
interface Heads {
  heads: MetHead[];
  complete: boolean;
}

/** Whom to follow. */
export interface FollowUserInput {
  /** @default the client's user */
  user_id?: string | undefined;
  /** `all` hands over entries of all kinds. */
  entries?: "all" | undefined;
}

/** What is handed over: messages, or entries of all kinds. */
type Item = Message | AnyEntry;

/** Number of messages read at a time: the server's maximum. */
const pageLength = 1_000;

/**
 * Follows all conversations of a user. A new connection first sends the ends of those that were active meanwhile: what
 * was missed before these ends is read page by page, and the connection continues after them.
 */
export async function followUser(
  { requests, transport, identity }: FollowParts,
  { user_id: userId, entries }: FollowUserInput,
  sink: Sink<UserEvent | UserEntryEvent>,
): Promise<ChatError | undefined> {
  let user_id = "";
  /** The `seq` up to which each conversation was handed over. */
  const places = new Map<string, number>();
  /** The ends of all conversations, until they are complete. */
  let baseline: Head[] | undefined = [];
  const gaps = new Gaps<Item>({
    read,
    take: hand,
    move,
    room: sink.room,
    leave,
    finish: tellState,
  });

  function take(event: ServerSentEvent): void {
    const { type } = event;
    if (entries ? isKnownKind(type) : type === "message") takeItem(readItem(event));
    else if (type === "heads") takeHeads(readData<Heads>(event));
    else if (type === "joined") learn(readData<Head>(event));
    else if (type === "left") leave(readData<Head>(event).conversation_id);
    else if (type === "reset") reset();
    else takeUnknown(event);
  }

  function readItem(event: ServerSentEvent): Item {
    return entries ? toEntry(readData<RawEntry>(event)) : readData<Message>(event);
  }

  // These events have no position of their own, so an entry says itself that it is one.
  function takeUnknown(event: ServerSentEvent): void {
    const unknown = toUnknownEvent(event);
    const raw = unknown.data as Partial<RawEntry> | null;
    const isEntry = raw?.kind === event.type && Number.isInteger(raw.seq) && raw.conversation_id;
    if (entries && isEntry) takeItem(toEntry(raw as RawEntry));
    else sink.put(unknown);
  }

  function takeHeads({ heads, complete }: Heads): void {
    if (baseline) baseline.push(...heads);
    else heads.forEach(learn);
    if (!complete) return;
    if (baseline) {
      for (const { conversation_id, last_seq } of baseline) places.set(conversation_id, last_seq);
      sink.put({ type: "heads", heads: baseline });
      baseline = undefined;
    }
    gaps.connect();
    tellState();
  }

  function takeItem(item: Item): void {
    const { conversation_id, seq } = item;
    if (conversation_id === null) return;
    // Its `joined` event has not arrived yet, or was lost.
    if (!places.has(conversation_id)) learn({ conversation_id, last_seq: seq - 1 });
    if (gaps.has(conversation_id)) gaps.keep(conversation_id, item);
    else hand(item);
  }

  function hand(item: Item): void {
    const { conversation_id, seq } = item;
    if (conversation_id === null || seq <= (places.get(conversation_id) ?? 0)) return;
    places.set(conversation_id, seq);
    if ("kind" in item) sink.put({ type: "entry", entry: item });
    else sink.put({ type: "message", message: item });
  }

  function move(conversation_id: string, seq: number): void {
    places.set(conversation_id, seq);
  }

  // Takes the end of a conversation, from a new connection or a joining.
  function learn({ conversation_id, last_seq, joined_seq = last_seq }: MetHead): void {
    const place = places.get(conversation_id) ?? joined_seq;
    if (!places.has(conversation_id)) {
      places.set(conversation_id, place);
      sink.put({ type: "joined", conversation_id, user_id, last_seq: place });
    }
    if (last_seq > place) {
      gaps.raise(conversation_id, last_seq);
      tellState();
    }
  }

  function leave(conversation_id: string): void {
    const last_seq = places.get(conversation_id);
    if (last_seq === undefined) return;
    places.delete(conversation_id);
    gaps.forget(conversation_id);
    sink.put({ type: "left", conversation_id, user_id, last_seq });
  }

  function reset(): void {
    places.clear();
    gaps.forgetAll();
    baseline = [];
    sink.put({ type: "reset" });
  }

  function tellState(): void {
    sink.tell({ status: gaps.areFilled ? "live" : "catching_up" });
  }

  async function read(conversation_id: string, signal: AbortSignalLike): Promise<GapPage<Item>> {
    const after = places.get(conversation_id) ?? 0;
    const input = { conversation_id, after, limit: pageLength };
    if (!entries) return readMessages(input, signal);
    try {
      const page = await transport.query("log.page", input, { signal });
      return { items: page.entries.map(toEntry), reached: page.entries.at(-1)?.seq };
    } catch (error) {
      if (!isChatError(error, "not_found")) throw error;
      // An older server has no such procedure, and only messages.
      const { items, reached } = await readMessages(input, signal);
      return { items: items.map(toEntry), reached };
    }
  }

  async function readMessages(
    input: { conversation_id: string; after: number; limit: number },
    signal: AbortSignalLike,
  ): Promise<GapPage<Message>> {
    const { after } = input;
    const { messages, read_to } = await transport.query("messages.page", input, { signal });
    // Other entries may follow the last message. Older servers, which have none, do not send `read_to`.
    const reached = Math.max(messages.at(-1)?.seq ?? after, read_to ?? after);
    return { items: messages, reached: reached > after ? reached : undefined };
  }

  return keepConnected(requests, {
    ...sink,
    entries,
    take,
    async path() {
      user_id = userId ?? (await identity.userId());
      return toEventsPath("users", user_id);
    },
    lose() {
      gaps.disconnect();
      // The next connection sends all of them again.
      if (baseline) baseline = [];
    },
  });
}
