/** One message of a conversation, or a note when it has no conversation. */
export interface Message {
  /** Unique in its conversation. */
  id: string;
  /** Who sent it. */
  user_id: string;
  /** The text, byte for byte as it was sent. */
  content: string;
  /** ISO 8601, UTC, with milliseconds; set by the server. */
  timestamp: string;
  /** `null` for a note. */
  conversation_id: string | null;
  /** Position in its conversation's log: 1, 2, 3, ... Messages are ordered by it, not by `timestamp`. */
  seq: number;
}

/** A conversation as its members see it. */
export interface Conversation {
  id: string;
  /** Members in the order they joined, the first 1,000. */
  user_ids: string[];
  /** The newest messages, oldest first. */
  messages: Message[];
  /** ISO 8601, UTC, with milliseconds. */
  created_at: string;
  /** Position of the newest entry; 0 when there is none. */
  last_seq: number;
  member_count: number;
  /** The `timestamp` of the newest message, else `created_at`. */
  last_activity_at: string;
}

/** A note to store. */
export interface SendNoteInput {
  /** 8 to 64 characters of `A-Za-z0-9_-`. @default a UUIDv7 made by the client */
  id?: string | undefined;
  /** 1 to 128 characters. */
  user_id: string;
  /** 1 to 16,384 characters of well-formed Unicode without NUL. */
  content: string;
}

/** A message to store. */
export interface SendMessageInput extends SendNoteInput {
  /** 1 to 128 characters; the first message creates the conversation. Without it the message is a note. */
  conversation_id?: string | null | undefined;
}

/** The result of a send. */
export interface SendMessageOutput {
  message: Message;
  /** `false` when the message was already stored, perhaps by an earlier attempt of this call whose answer was lost. */
  created: boolean;
}

/** Selects a page of a log: the newest messages, with `after` the next ones, with `before` the previous ones. */
export interface PageBounds {
  /** Maximum number of messages, 1 to 1,000; for `list`, the number fetched at a time. @default 50, for `list` 200 */
  limit?: number | undefined;
  /** Only messages before this `seq`. */
  before?: number | undefined;
  /** Only messages after this `seq`. */
  after?: number | undefined;
}

/** Selects a page of a conversation. */
export interface MessagePageInput extends PageBounds {
  conversation_id: string;
}

/** Selects a page of a user's notes. */
export interface NotePageInput extends PageBounds {
  user_id: string;
}

/** Selects one message of a conversation. */
export interface GetMessageInput {
  conversation_id: string;
  seq: number;
}

/** Selects one note of a user. */
export interface GetNoteInput {
  user_id: string;
  seq: number;
}

/** A conversation to create. */
export interface CreateConversationInput {
  /** 1 to 128 characters. @default an id made by the server */
  id?: string | undefined;
  /** Members in the order they join: 1 to 1,000, each once. */
  user_ids: string[];
}

/** The result of creating a conversation. */
export interface CreateConversationOutput {
  conversation: Conversation;
  /** `false` when it already existed; if a message had created it, the members were added. */
  created: boolean;
}

/** Selects a conversation. */
export interface GetConversationInput {
  conversation_id: string;
  /** Number of newest messages to include, 0 to 1,000. @default 50 */
  messages?: number | undefined;
}

/** Selects a page of a user's inbox. */
export interface ConversationPageInput {
  user_id: string;
  /**
   * Maximum number of conversations, 1 to 1,000; for `list`, the number fetched at a time. `limit` times `messages` is
   * at most 10,000.
   * @default 20, for `list` up to 200
   */
  limit?: number | undefined;
  /** The `cursor` of the previous page. */
  cursor?: string | undefined;
  /** Number of newest messages to include in each, 0 to 1,000. @default 50 */
  messages?: number | undefined;
}

/** A user and a conversation. */
export interface MemberInput {
  conversation_id: string;
  user_id: string;
}

/** The result of adding a member. */
export interface AddMemberOutput extends MemberInput {
  /** `false` when the user was already a member. */
  added: boolean;
}

/** A page of a log, as the server sends it. */
export interface MessagePageOutput {
  messages: Message[];
  prev: { before: number } | null;
  next: { after: number; before?: number } | null;
  /**
   * How far the log was read: the page holds every message of its range up to this `seq`. `null` for a page without
   * `after`; absent from older servers.
   */
  read_to?: number | null;
}

/** A page of an inbox, as the server sends it. */
export interface ConversationPageOutput {
  conversations: Conversation[];
  next: { cursor: string } | null;
}

/** The input and output of each query. */
export interface Queries {
  "messages.page": { input: MessagePageInput; output: MessagePageOutput };
  "messages.get": { input: GetMessageInput; output: Message };
  "conversations.get": { input: GetConversationInput; output: Conversation };
  "conversations.page": { input: ConversationPageInput; output: ConversationPageOutput };
  "notes.page": { input: NotePageInput; output: MessagePageOutput };
  "notes.get": { input: GetNoteInput; output: Message };
}

/** The input and output of each mutation. */
export interface Mutations {
  "messages.send": { input: SendMessageInput; output: SendMessageOutput };
  "conversations.create": { input: CreateConversationInput; output: CreateConversationOutput };
  "conversations.addMember": { input: MemberInput; output: AddMemberOutput };
  "conversations.removeMember": { input: MemberInput; output: undefined };
  "notes.send": { input: SendNoteInput; output: SendMessageOutput };
}
