import { type ConversationNews, type Message, toPosition, type UserNews } from "@chatnest/api";
import { toEventText } from "./sse.ts";

/** What is made of a message, or of messages that are sent together, is made once for all who get them. */
const texts = new WeakMap<Message, string>();
const withIds = new WeakMap<readonly Message[], Buffer>();
const withoutIds = new WeakMap<readonly Message[], Buffer>();

/** Writes what happened in a conversation; each message carries its position. */
export function toConversationChunk(
  conversation_id: string,
  news: ConversationNews,
): string | Buffer {
  const { kind, epoch } = news;
  if (kind === "messages") {
    return once(withIds, news.messages, (message) => {
      return `id: ${toPosition(epoch, message.seq)}\n${toMessageText(message)}`;
    });
  }
  const { seq, last_seq } = news;
  const data = { conversation_id, last_seq };
  return toEventText({ event: kind, data, id: toPosition(epoch, seq) });
}

/** Writes what happened in the conversations of a user; only watermarks are places to begin again. */
export function toUserChunk(user_id: string, news: UserNews): string | Buffer {
  switch (news.kind) {
    case "messages":
      return once(withoutIds, news.messages, toMessageText);
    case "heads": {
      const { heads, complete } = news;
      const id = complete ? { id: news.watermark } : {};
      return toEventText({ event: "heads", data: { heads, complete }, ...id });
    }
    case "reset":
      return toEventText({ event: "reset", data: { conversation_id: null, last_seq: 0 } });
    default: {
      const { kind, conversation_id, last_seq } = news;
      return toEventText({ event: kind, data: { conversation_id, user_id, last_seq } });
    }
  }
}

function once(
  made: WeakMap<readonly Message[], Buffer>,
  messages: readonly Message[],
  toText: (message: Message) => string,
): Buffer {
  const known = made.get(messages);
  if (known) return known;
  const chunk = Buffer.from(messages.map(toText).join(""));
  made.set(messages, chunk);
  return chunk;
}

function toMessageText(message: Message): string {
  const known = texts.get(message);
  if (known !== undefined) return known;
  const text = toEventText({ event: "message", data: message });
  texts.set(message, text);
  return text;
}
