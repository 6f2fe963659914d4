import type {
  DeletionEntry,
  EditEntry,
  Entry,
  MessageEntry,
  ReactionEntry,
  StoredConversation,
  StoredEntry,
  StoredMember,
} from "@chatnest/db";

/** The name of the format, in the first line of an export. */
export const formatName = "chatnest-export";
/** The version of the format. A newer one is refused. */
export const formatVersion = 1;

/** The first line of an export. */
interface HeaderLine {
  format: typeof formatName;
  version: number;
  exported_at: string;
}

/** Begins a unit: a conversation, or the notes of a user. */
export type HeadLine =
  | ({ type: "conversation" } & StoredConversation)
  | { type: "notes"; user_id: string };

/** Ends a unit. */
export interface EndLine {
  type: "end";
  members: number;
  entries: number;
  /** Of the bytes of all lines of the unit before this one. */
  sha256: string;
}

/** How much an export holds. */
export interface Totals {
  conversations: number;
  notes: number;
  members: number;
  entries: number;
}

/** The last line of an export. */
export interface TotalLine extends Totals {
  type: "total";
  /** Of all bytes between the first line and this one. */
  sha256: string;
}

/** A line of an export, without its first. */
export type ExportLine =
  | HeadLine
  | ({ type: "member" } & MemberFields)
  | ({ type: "entry" } & EntryFields)
  | EndLine
  | TotalLine;

/** A member; what is absent is 0, `null` or `false`. */
export type MemberFields = Pick<StoredMember, "user_id" | "joined_at" | "read_seq"> &
  Partial<StoredMember>;

type WithoutConversation<TEntry> = TEntry extends Entry ? Omit<TEntry, "conversation_id"> : never;

/** An entry; its conversation is that of its unit. */
export type EntryFields = WithoutConversation<StoredEntry>;

type Fields<TEntry> = Record<keyof WithoutConversation<TEntry>, true>;

// The order in which the fields are written, whatever the order in which a store has them.
const common = { seq: true, kind: true, id: true, user_id: true, timestamp: true } as const;

const messageFields: Fields<MessageEntry & Pick<StoredEntry, "sent_hash">> = {
  ...common,
  content: true,
  reply_to: true,
  thread_seq: true,
  mentions: true,
  metadata: true,
  thread_state: true,
  erased: true,
  sent_hash: true,
};
const editFields: Fields<EditEntry> = {
  ...common,
  target_seq: true,
  edited: true,
  content: true,
  metadata: true,
  erased: true,
};
const deletionFields: Fields<DeletionEntry> = {
  ...common,
  target_seq: true,
  thread_seq: true,
  thread_state: true,
};
const reactionFields: Fields<ReactionEntry> = {
  ...common,
  target_seq: true,
  key: true,
  added: true,
  reactions: true,
};

const fieldsOf: Record<Entry["kind"], readonly string[]> = {
  message: Object.keys(messageFields),
  edit: Object.keys(editFields),
  deletion: Object.keys(deletionFields),
  reaction: Object.keys(reactionFields),
};

/** Writes the first line. */
export function toHeaderLine(exportedAt: Date): string {
  const header: HeaderLine = {
    format: formatName,
    version: formatVersion,
    exported_at: exportedAt.toISOString(),
  };
  return `${JSON.stringify(header)}\n`;
}

/** Writes the line that begins a unit. */
export function toHeadLine(head: HeadLine): string {
  if (head.type === "notes") return toLine({ type: head.type, user_id: head.user_id });
  const { id, created_at, created_with, title, metadata } = head;
  return toLine({ type: head.type, id, created_at, created_with, title, metadata });
}

/** Writes a member. */
export function toMemberLine(member: StoredMember): string {
  const { user_id, joined_at, read_seq, revision, muted_until, pinned, archived_seq } = member;
  return toLine({
    ...{ type: "member", user_id, joined_at, read_seq },
    ...(revision > 0 && { revision }),
    ...(muted_until !== null && { muted_until }),
    ...(pinned && { pinned }),
    ...(archived_seq !== null && { archived_seq }),
  });
}

/** Writes an entry. */
export function toEntryLine(entry: StoredEntry): string {
  const given = { ...entry, ...shapesOf(entry) } as Record<string, unknown>;
  const fields: Record<string, unknown> = { type: "entry" };
  for (const name of fieldsOf[entry.kind]) fields[name] = given[name];
  return toLine(fields);
}

/** Writes the line that ends a unit. */
export function toEndLine({ members, entries, sha256 }: Omit<EndLine, "type">): string {
  return toLine({ type: "end", members, entries, sha256 });
}

/** Writes the last line. */
export function toTotalLine(totals: Totals, sha256: string): string {
  const { conversations, notes, members, entries } = totals;
  return toLine({ type: "total", conversations, notes, members, entries, sha256 });
}

// Objects in an entry, in one order of fields.
function shapesOf(entry: Entry) {
  if (entry.kind === "reaction") {
    const reactions = entry.reactions.map(({ key, count, user_ids }) => ({ key, count, user_ids }));
    return { reactions };
  }
  if (entry.kind === "edit" || !entry.thread_state) return {};
  const { count, last_seq, last_at } = entry.thread_state;
  return { thread_state: { count, last_seq, last_at } };
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
