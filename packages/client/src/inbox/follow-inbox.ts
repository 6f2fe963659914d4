import type { MemberSettings, ReadState, UnreadTotals } from "../entities.ts";
import { isKnownKind, type RawEntry, toEntry } from "../entries.ts";
import { ChatError } from "../errors.ts";
import type { Identity } from "../http/identity.ts";
import type { Requests } from "../http/request.ts";
import { keepConnected } from "../live/connection.ts";
import type { ServerSentEvent } from "../live/event-stream.ts";
import { type ConversationDetails, type Head, readData } from "../live/events.ts";
import { toEventsPath } from "../live/path.ts";
import type { Sink } from "../live/subscription.ts";
import type { InboxEvent } from "./inbox-events.ts";

/** Whose inbox to follow, and with what. */
export interface FollowInboxInput {
  requests: Requests;
  identity: Identity;
  /** @default the client's user */
  user_id: string | undefined;
}

/**
 * Follows the inbox of a user over one connection. What happened while there was none is not told: the inbox has to be
 * read again after each `connected`.
 */
export async function followInbox(
  { requests, identity, user_id: userId }: FollowInboxInput,
  sink: Sink<InboxEvent>,
): Promise<ChatError | undefined> {
  let user_id = "";

  function take(event: ServerSentEvent): void {
    for (const told of read(event)) {
      sink.put(told);
      if (told.type === "connected") sink.tell({ status: "live" });
    }
  }

  function read(event: ServerSentEvent): InboxEvent[] {
    const { type } = event;
    if (type === "heads") {
      const { complete } = readData<{ complete: boolean }>(event);
      return complete ? [{ type: "connected", user_id }] : [];
    }
    if (type === "reset") return [{ type }];
    if (type === "unread") return [{ type, totals: readData<UnreadTotals>(event) }];
    if (type === "joined" || type === "left") {
      return [{ type, conversation_id: readData<Head>(event).conversation_id }];
    }
    if (type === "read") return [toRead(readData<ReadState>(event))];
    if (type === "settings") {
      const settings = readData<MemberSettings>(event);
      return [{ type, conversation_id: settings.conversation_id, settings }];
    }
    if (type === "conversation") {
      const details = readData<ConversationDetails>(event);
      return [{ type: "details", conversation_id: details.conversation_id, details }];
    }
    return isKnownKind(type) ? toEntries(readData<RawEntry>(event)) : [];
  }

  function toRead(state: ReadState): InboxEvent {
    const { conversation_id } = state;
    if (state.user_id !== user_id) return { type: "memberRead", read: state };
    return { type: "read", conversation_id, state };
  }

  const error = await keepConnected(requests, {
    ...sink,
    entries: "all",
    take,
    async path() {
      user_id = userId ?? (await identity.userId());
      return `${toEventsPath("users", user_id)}?inbox=true`;
    },
  });
  return error && toClearError(error);
}

function toEntries(raw: RawEntry): InboxEvent[] {
  const { conversation_id } = raw;
  return conversation_id === null ? [] : [{ type: "entry", conversation_id, entry: toEntry(raw) }];
}

/** Says it where the server refused the field because it does not know it. */
function toClearError(error: ChatError): ChatError {
  const { code, status, requestId, issues } = error;
  if (!issues.some(({ path }) => path === "inbox")) return error;
  const text = "the server is older than this client and has no inbox: update the server";
  return new ChatError(code, text, { status, requestId, issues, cause: error });
}
