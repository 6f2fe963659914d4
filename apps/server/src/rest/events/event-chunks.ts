import { type ConversationNews, toPosition, type UserNews } from "@chatnest/api";
import { type Entry, toMessage } from "@chatnest/db";
import { toEventText } from "./sse.ts";

/** What is made of an entry, or of entries that are sent together, is made once for all followers. */
const texts = new WeakMap<Entry, string>();
const withIds = new WeakMap<readonly Entry[], Buffer>();
const withoutIds = new WeakMap<readonly Entry[], Buffer>();

/** Writes what happened in a conversation; each message carries its position. */
export function toConversationChunk(
  conversation_id: string,
  news: ConversationNews,
): string | Buffer {
  const { kind, epoch } = news;
  if (kind === "entries") {
    return once(withIds, news.entries, (entry) => {
      return `id: ${toPosition(epoch, entry.seq)}\n${toEntryText(entry)}`;
    });
  }
  const { seq, last_seq } = news;
  const data = { conversation_id, last_seq };
  return toEventText({ event: kind, data, id: toPosition(epoch, seq) });
}

/** Writes what happened in the conversations of a user; only watermarks are places to begin again. */
export function toUserChunk(user_id: string, news: UserNews): string | Buffer {
  switch (news.kind) {
    case "entries":
      return once(withoutIds, news.entries, toEntryText);
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
  made: WeakMap<readonly Entry[], Buffer>,
  entries: readonly Entry[],
  toText: (entry: Entry) => string,
): Buffer {
  const known = made.get(entries);
  if (known) return known;
  const chunk = Buffer.from(entries.map(toText).join(""));
  made.set(entries, chunk);
  return chunk;
}

function toEntryText(entry: Entry): string {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = toEventText({ event: "message", data: toMessage(entry) });
  texts.set(entry, text);
  return text;
}
