import type {
  AddMemberOutput,
  ConversationPageInput,
  ConversationPageOutput,
  CreateConversationInput,
  CreateConversationOutput,
  GetConversationInput,
  MarkReadInput,
  MarkUnreadInput,
  MemberInput,
  ReadPageInput,
  ReadPageOutput,
  TotalsInput,
  UpdateConversationInput,
  UpdateMemberInput,
} from "./contract/conversations.ts";
import type {
  ChangeMessageInput,
  DeleteMessageOutput,
  EditMessageInput,
  EditMessageOutput,
  GetMessageInput,
  GetNoteInput,
  LogPageInput,
  LogPageOutput,
  MessagePageInput,
  MessagePageOutput,
  NotePageInput,
  ReactInput,
  ReactOutput,
  ReactorPageInput,
  ReactorPageOutput,
  ReplyPageInput,
  SendMessageInput,
  SendMessageOutput,
  SendNoteInput,
  UnreactOutput,
} from "./contract/messages.ts";
import type {
  Conversation,
  MemberSettings,
  Message,
  ReadState,
  UnreadTotals,
  Version,
} from "./entities.ts";

export type * from "./contract/conversations.ts";
export type * from "./contract/messages.ts";

/** The input and output of each query. */
export interface Queries {
  "messages.page": { input: MessagePageInput; output: MessagePageOutput };
  "messages.get": { input: GetMessageInput; output: Message };
  "messages.replies": { input: ReplyPageInput; output: MessagePageOutput };
  "messages.reactions": { input: ReactorPageInput; output: ReactorPageOutput };
  "messages.versions": { input: GetMessageInput; output: { versions: Version[] } };
  "log.page": { input: LogPageInput; output: LogPageOutput };
  "conversations.get": { input: GetConversationInput; output: Conversation };
  "conversations.page": { input: ConversationPageInput; output: ConversationPageOutput };
  "reads.page": { input: ReadPageInput; output: ReadPageOutput };
  "reads.totals": { input: TotalsInput; output: UnreadTotals };
  "notes.page": { input: NotePageInput; output: MessagePageOutput };
  "notes.get": { input: GetNoteInput; output: Message };
}

/** The input and output of each mutation. */
export interface Mutations {
  "messages.send": { input: SendMessageInput; output: SendMessageOutput };
  "messages.edit": { input: EditMessageInput; output: EditMessageOutput };
  "messages.delete": { input: ChangeMessageInput; output: DeleteMessageOutput };
  "messages.react": { input: ReactInput; output: ReactOutput };
  "messages.unreact": { input: ReactInput; output: UnreactOutput };
  "conversations.create": { input: CreateConversationInput; output: CreateConversationOutput };
  "conversations.update": { input: UpdateConversationInput; output: Conversation };
  "conversations.addMember": { input: MemberInput; output: AddMemberOutput };
  "conversations.removeMember": { input: MemberInput; output: undefined };
  "conversations.updateMember": { input: UpdateMemberInput; output: MemberSettings };
  "reads.mark": { input: MarkReadInput; output: ReadState };
  "reads.markUnread": { input: MarkUnreadInput; output: ReadState };
  "notes.send": { input: SendNoteInput; output: SendMessageOutput };
}
