import { type ConversationNews, type Message, toPosition, type UserNews } from "@chatnest/api";
import { toEventText } from "./sse.ts";

/** What is made of a message, or of messages that are sent together, is made once for all who get them. */
const texts = new WeakMap<Message, string>();
const withIds = new WeakMap<readonly Message[], Buffer>();
const withoutIds = new WeakMap<readonly Message[], Buffer>();

/** Writes what happens in a conversation; each message carries its position. */
export async function* conversationChunks(
  conversation_id: string,
  following: AsyncIterable<ConversationNews>,
): AsyncGenerator<string | Buffer> {
  for await (const news of following) {
    const { kind, epoch } = news;
    if (kind === "messages") {
      yield once(withIds, news.messages, (message) => {
        return `id: ${toPosition(epoch, message.seq)}\n${toMessageText(message)}`;
      });
    } else {
      const { seq, last_seq } = news;
      const data = { conversation_id, last_seq };
      yield toEventText({ event: kind, data, id: toPosition(epoch, seq) });
    }
  }
}

/** Writes what happens in all conversations of a user; only watermarks are places to begin again. */
export async function* userChunks(
  user_id: string,
  following: AsyncIterable<UserNews>,
): AsyncGenerator<string | Buffer> {
  for await (const news of following) {
    switch (news.kind) {
      case "messages":
        yield once(withoutIds, news.messages, toMessageText);
        break;
      case "heads": {
        const { heads, complete } = news;
        const id = complete ? { id: news.watermark } : {};
        yield toEventText({ event: "heads", data: { heads, complete }, ...id });
        break;
      }
      case "reset":
        yield toEventText({ event: "reset", data: { conversation_id: null, last_seq: 0 } });
        break;
      default: {
        const { kind, conversation_id, last_seq } = news;
        yield toEventText({ event: kind, data: { conversation_id, user_id, last_seq } });
      }
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
