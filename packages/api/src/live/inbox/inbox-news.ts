import type { Member, MemberSettings, Metadata, ReadState, UnreadTotals } from "@chatnest/db";

/** How far another member has read. */
interface MemberRead extends Member {
  read_seq: number;
}

/** What a conversation is called, and what is kept with it; `null` when there is none. */
export interface ConversationDetails {
  conversation_id: string;
  title: string | null;
  metadata: Metadata | null;
}

/** What a follower that asked for the inbox is told beside entries. Each is the whole state, so newer news replaces older. */
export type InboxNews =
  | ({ kind: "read" } & (ReadState | MemberRead))
  | ({ kind: "settings" } & Member & MemberSettings)
  | ({ kind: "unread" } & UnreadTotals)
  | ({ kind: "conversation" } & ConversationDetails);

/** News that its reader has not taken yet: of each thing the newest. */
export class PendingNews {
  readonly #byKey = new Map<string, InboxNews>();

  get size(): number {
    return this.#byKey.size;
  }

  add(news: InboxNews): void {
    this.#byKey.set(keyOf(news), news);
  }

  /** Takes the news that has waited longest, except of conversations that have to wait. */
  take(isWaiting: (conversationId: string) => boolean): InboxNews | undefined {
    for (const [key, news] of this.#byKey) {
      if (news.kind !== "unread" && isWaiting(news.conversation_id)) continue;
      this.#byKey.delete(key);
      return news;
    }
    return undefined;
  }

  /** Drops all news of a conversation. */
  forget(conversationId: string): void {
    for (const [key, news] of this.#byKey) {
      if (news.kind !== "unread" && news.conversation_id === conversationId) {
        this.#byKey.delete(key);
      }
    }
  }
}

// Ids have no control characters.
function keyOf(news: InboxNews): string {
  switch (news.kind) {
    case "unread":
      return news.kind;
    case "conversation":
      return `${news.kind}\n${news.conversation_id}`;
    default:
      return `${news.kind}\n${news.conversation_id}\n${news.user_id}`;
  }
}
