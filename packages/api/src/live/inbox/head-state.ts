import type { InboxItem } from "@chatnest/db";

/** What a head says of the inbox. Most conversations have nothing but the first three. */
export interface HeadState extends Pick<InboxItem, "read_seq" | "unread_count" | "mention_count"> {
  /** Only where it is not 0. */
  revision?: number;
  /** Only where it is not `null`. */
  muted_until?: string;
  /** Only where it is pinned. */
  pinned?: true;
  /** Only where it is archived. */
  archived?: true;
}

/** Returns what a head says of a conversation in an inbox. */
export function toHeadState(item: InboxItem): HeadState {
  const { read_seq, unread_count, mention_count } = item;
  return {
    read_seq,
    unread_count,
    mention_count,
    ...(item.revision > 0 && { revision: item.revision }),
    ...(item.muted_until !== null && { muted_until: item.muted_until }),
    ...(item.pinned && { pinned: true }),
    ...(item.archived && { archived: true }),
  };
}
