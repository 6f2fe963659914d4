import type { Message } from "../contract.ts";
import type { ChatError } from "../errors.ts";
import type { Requests } from "../http/request.ts";
import { keepConnected } from "./connection.ts";
import type { ServerSentEvent } from "./event-stream.ts";
import { type ConversationEvent, type Head, readData, toUnknownEvent } from "./events.ts";
import { toEventsPath } from "./path.ts";
import type { Sink } from "./subscription.ts";

/** A conversation, and the place to begin after. */
export interface FollowConversationInput {
  conversation_id: string;
  after: string | number | undefined;
}

const live = { status: "live" } as const;
const catchingUp = { status: "catching_up" } as const;

/** Follows a conversation: each connection sends its place, and the server continues with the log after it. */
export async function followConversation(
  requests: Requests,
  { conversation_id, after }: FollowConversationInput,
  sink: Sink<ConversationEvent>,
): Promise<ChatError | undefined> {
  const path = () => toEventsPath("messages", conversation_id, after);
  let epoch: string | undefined;
  let held = 0;
  let goal = 0;

  function take(event: ServerSentEvent): void {
    if (event.type === "message") takeMessage(event);
    else if (event.type === "ready" || event.type === "reset") begin(event.type, event);
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
    sink.put(toUnknownEvent(event));
    if (isEntry) hold(place.seq);
  }

  function hold(seq: number): void {
    held = seq;
    if (held >= goal) sink.tell(live);
  }

  return keepConnected(requests, { ...sink, path, take });
}

/** Reads a position, `<epoch>-<seq>`; `undefined` for anything else. */
function readPosition(id: string | undefined): { epoch: string; seq: number } | undefined {
  const [, epoch, seq] = /^(.+)-(\d+)$/.exec(id ?? "") ?? [];
  return epoch === undefined ? undefined : { epoch, seq: Number(seq) };
}
