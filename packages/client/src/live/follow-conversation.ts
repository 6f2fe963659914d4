import type { Message } from "../entities.ts";
import { type AnyEntry, isKnownKind, type RawEntry, toEntry } from "../entries.ts";
import type { ChatError } from "../errors.ts";
import type { Requests } from "../http/request.ts";
import { keepConnected } from "./connection.ts";
import type { ServerSentEvent } from "./event-stream.ts";
import {
  type ConversationDetails,
  type ConversationEntryEvent,
  type ConversationEvent,
  type Head,
  readData,
  toUnknownEvent,
} from "./events.ts";
import { toEventsPath } from "./path.ts";
import type { Sink } from "./subscription.ts";

/** A conversation, and the place to begin after. */
export interface FollowConversationInput {
  conversation_id: string;
  after: string | number | undefined;
  /** `all` hands over entries of all kinds. */
  entries?: "all" | undefined;
  /** Called for each connection with the number of entries that were missed. */
  onBehind?: ((count: number) => void) | undefined;
}

const live = { status: "live" } as const;
const catchingUp = { status: "catching_up" } as const;

/** Follows a conversation: each connection sends its place, and the server continues with the log after it. */
export async function followConversation(
  requests: Requests,
  { conversation_id, after, entries, onBehind }: FollowConversationInput,
  sink: Sink<ConversationEvent | ConversationEntryEvent>,
): Promise<ChatError | undefined> {
  const path = () => toEventsPath("messages", conversation_id, after);
  let epoch: string | undefined;
  let held = 0;
  let goal = 0;

  function take(event: ServerSentEvent): void {
    const { type } = event;
    if (type === "ready" || type === "reset") begin(type, event);
    else if (entries && isKnownKind(type)) takeEntry(readData<RawEntry>(event), event);
    else if (type === "message") takeMessage(event);
    else if (type === "conversation") sink.put({ type, ...readData<ConversationDetails>(event) });
    else takeUnknown(event);
  }

  function begin(type: "ready" | "reset", event: ServerSentEvent): void {
    const position = event.lastEventId;
    const place = readPosition(position);
    const isNew = type === "reset" || epoch === undefined;
    held = Math.max(isNew ? 0 : held, place?.seq ?? 0);
    epoch = place?.epoch ?? "";
    const { last_seq } = readData<Head>(event);
    goal = last_seq;
    // A reconnect to the same log is not an event.
    if (isNew) sink.put({ type, conversation_id, last_seq, position });
    sink.tell(held < goal ? catchingUp : live);
    onBehind?.(goal - held);
  }

  function takeEntry(raw: RawEntry, event: ServerSentEvent): void {
    if (raw.seq <= held) return;
    put(toEntry(raw), event);
    hold(raw.seq);
  }

  function put(entry: AnyEntry, { lastEventId: position }: ServerSentEvent): void {
    sink.put({ type: "entry", entry, position });
  }

  function takeMessage(event: ServerSentEvent): void {
    const message = readData<Message>(event);
    if (message.seq <= held) return;
    sink.put({ type: "message", message, position: event.lastEventId });
    hold(message.seq);
  }

  // Entries of kinds that this client does not know have positions too; an event without one is never sent again.
  function takeUnknown(event: ServerSentEvent): void {
    const place = readPosition(event.id);
    const isEntry = place !== undefined && place.epoch === epoch;
    if (isEntry && place.seq <= held) return;
    const unknown = toUnknownEvent(event);
    if (isEntry && entries)
      put(
        { kind: "unknown", name: event.type, conversation_id, seq: place.seq, data: unknown.data },
        event,
      );
    else sink.put(unknown);
    if (isEntry) hold(place.seq);
  }

  function hold(seq: number): void {
    held = seq;
    if (held >= goal) sink.tell(live);
  }

  return keepConnected(requests, { ...sink, path, entries, take });
}

/** Reads a position, `<epoch>-<seq>`; `undefined` for anything else. */
function readPosition(id: string | undefined): { epoch: string; seq: number } | undefined {
  const [, epoch, seq] = /^(.+)-(\d+)$/.exec(id ?? "") ?? [];
  return epoch === undefined ? undefined : { epoch, seq: Number(seq) };
}
