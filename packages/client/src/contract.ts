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
  /** Position in its conversation's log: 1, 2, 3, ... This is the order, not `timestamp`. */
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

/** A note to be stored. */
export interface SendNoteInput {
  /** 8 to 64 of `A-Za-z0-9_-`; without one the client makes a UUIDv7. */
  id?: string | undefined;
  /** 1 to 128 characters. */
  user_id: string;
  /** 1 to 16,384 characters of well-formed Unicode without NUL. */
  content: string;
}

/** A message to be stored. */
export interface SendMessageInput extends SendNoteInput {
  /** 1 to 128 characters; a conversation comes to be by its first message. Without one it is a note of its sender. */
  conversation_id?: string | null | undefined;
}

/** What became of a send. */
export interface SendMessageOutput {
  message: Message;
  /** `false`: it had been stored before, if only by a try of this call whose answer was lost. */
  created: boolean;
}

/** Which page of a log: without bounds the newest, with `after` on from there, with `before` back from there. */
export interface PageBounds {
  /** How many at most, 1 to 1,000; of a list, how many it fetches at a time. @default 50, of a list 200 */
  limit?: number | undefined;
  /** Only messages before this `seq`. */
  before?: number | undefined;
  /** Only messages after this `seq`. */
  after?: number | undefined;
}

/** Which page of which conversation. */
export interface MessagePageInput extends PageBounds {
  conversation_id: string;
}

/** Which page of whose notes. */
export interface NotePageInput extends PageBounds {
  user_id: string;
}

/** Which message of which conversation. */
export interface GetMessageInput {
  conversation_id: string;
  seq: number;
}

/** Which note of which user. */
export interface GetNoteInput {
  user_id: string;
  seq: number;
}

/** A conversation to be created. */
export interface CreateConversationInput {
  /** 1 to 128 characters; without one the server makes one. */
  id?: string | undefined;
  /** Members in the order they join: 1 to 1,000, no repeats. */
  user_ids: string[];
}

/** What became of a creation. */
export interface CreateConversationOutput {
  conversation: Conversation;
  /** `false`: it was there, and gained the members if it had come to be by a message. */
  created: boolean;
}

/** Which conversation, and how much of it. */
export interface GetConversationInput {
  conversation_id: string;
  /** How many of its newest messages it carries, 0 to 1,000. @default 50 */
  messages?: number | undefined;
}

/** Which page of whose inbox. */
export interface ConversationPageInput {
  user_id: string;
  /** How many at most, 1 to 1,000, of a list at a time; `limit` times `messages` is 10,000 at most. @default 20, of a list up to 200 */
  limit?: number | undefined;
  /** Where the page before ended. */
  cursor?: string | undefined;
  /** How many of the newest messages each carries, 0 to 1,000. @default 50 */
  messages?: number | undefined;
}

/** Which user in which conversation. */
export interface MemberInput {
  conversation_id: string;
  user_id: string;
}

/** What became of an addition. */
export interface AddMemberOutput extends MemberInput {
  /** `false`: was a member already. */
  added: boolean;
}

/** A page of a log as it comes over the wire. */
export interface MessagePageOutput {
  messages: Message[];
  prev: { before: number } | null;
  next: { after: number; before?: number } | null;
  /**
   * How far the log was read, for a page after a `seq`: it holds every message of its range up to this `seq`. `null` for
   * other pages; older servers leave it out.
   */
  read_to?: number | null;
}

/** A page of an inbox as it comes over the wire. */
export interface ConversationPageOutput {
  conversations: Conversation[];
  next: { cursor: string } | null;
}

/** The procedures that read: what each takes and gives. */
export interface Queries {
  "messages.page": { input: MessagePageInput; output: MessagePageOutput };
  "messages.get": { input: GetMessageInput; output: Message };
  "conversations.get": { input: GetConversationInput; output: Conversation };
  "conversations.page": { input: ConversationPageInput; output: ConversationPageOutput };
  "notes.page": { input: NotePageInput; output: MessagePageOutput };
  "notes.get": { input: GetNoteInput; output: Message };
}

/** The procedures that write: what each takes and gives. */
export interface Mutations {
  "messages.send": { input: SendMessageInput; output: SendMessageOutput };
  "conversations.create": { input: CreateConversationInput; output: CreateConversationOutput };
  "conversations.addMember": { input: MemberInput; output: AddMemberOutput };
  "conversations.removeMember": { input: MemberInput; output: undefined };
  "notes.send": { input: SendNoteInput; output: SendMessageOutput };
}
