// A consumer's program. A test compiles and runs it outside the workspace, also without the types of a DOM or of Node.
import {
  type ChatClient,
  ChatError,
  type ChatErrorCode,
  type Conversation,
  type ConversationEvent,
  type ConversationPage,
  createChatClient,
  type InboxConversation,
  type InboxSnapshot,
  isChatError,
  type Mentions,
  type Message,
  type MessagePage,
  type Metadata,
  type Reaction,
  type Thread,
  type UserEvent,
} from "@chatnest/client";

type Is<TLeft, TRight> =
  (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
type Deeper = [never, 0, 1, 2, 3, 4, 5, 6];

/** Whether there is an `any` anywhere in a type, through fields, parameters and results. */
type HasAny<T, TDepth extends number = 7> = [TDepth] extends [never]
  ? false
  : IsAny<T> extends true
    ? true
    : T extends (...args: infer TArgs) => infer TResult
      ? HasAny<TArgs[number] | TResult, Deeper[TDepth]>
      : T extends
            | readonly (infer TInner)[]
            | PromiseLike<infer TInner>
            | AsyncIterable<infer TInner>
        ? HasAny<TInner, Deeper[TDepth]>
        : T extends object
          ? { [TKey in keyof T]-?: HasAny<T[TKey], Deeper[TDepth]> }[keyof T]
          : false;

type Result<TMethod extends (...args: never) => unknown> = Awaited<ReturnType<TMethod>>;
type Messages = ChatClient["messages"];
type Conversations = ChatClient["conversations"];
type Live = ReturnType<ReturnType<ChatClient["conversation"]>["events"]>;
type Check<TChecks extends Record<string, true>> = TChecks;

/** Holds what must be so. @public */
export type Checks = Check<{
  seesAny: true extends HasAny<{ at: [string, () => Promise<typeof JSON.parse>] }> ? true : false;
  noAny: Is<HasAny<ChatClient>, false>;
  noAnyInErrors: Is<HasAny<Omit<ChatError, keyof Error>>, false>;
  seq: Is<Message["seq"], number>;
  message: Is<
    { [TKey in keyof Message]: Message[TKey] },
    {
      id: string;
      user_id: string;
      content: string;
      timestamp: string;
      conversation_id: string | null;
      seq: number;
      reply_to?: number;
      thread_seq?: number;
      mentions?: Mentions;
      metadata?: Metadata;
      edited_at?: string;
      deleted_at?: string;
      reactions?: Reaction[];
      thread?: Thread;
      changed_seq?: number;
    }
  >;
  send: Is<Result<Messages["send"]>["message"], Message>;
  page: Is<Result<Messages["page"]>, MessagePage>;
  get: Is<Result<Messages["get"]>, Message>;
  create: Is<Result<Conversations["create"]>["conversation"], Conversation>;
  inbox: Is<Result<Conversations["page"]>, ConversationPage>;
  unread: Is<ConversationPage["conversations"], InboxConversation[]>;
  listed: Is<ReturnType<ReturnType<ChatClient["inbox"]>["getSnapshot"]>, InboxSnapshot>;
  reads: Is<Result<ChatClient["reads"]["mark"]>["read_seq"], number>;
  added: Is<Result<Conversations["addMember"]>["added"], boolean>;
  removed: Is<Result<Conversations["removeMember"]>, void>;
  history: Is<ReturnType<Messages["list"]>, AsyncIterable<Message>>;
  live: Is<Live extends AsyncIterable<infer TEvent> ? TEvent : never, ConversationEvent>;
  heard: Is<Extract<ConversationEvent, { type: "message" }>["message"], Message>;
  unheardOf: Is<Extract<UserEvent, { type: "unknown" }>["data"], unknown>;
  noAnyLive: Is<HasAny<ConversationEvent | UserEvent>, false>;
}>;

/** Sends a message, reads it back and receives it live. */
export async function talk(url: string) {
  const chat = createChatClient({ url, userId: "茶" });
  const conversation_id = "outside";
  const events = chat.conversation(conversation_id).events();
  // The first says that it follows.
  await events.next();
  const sent = await chat.messages.send({ conversation_id, content: "Hello" });
  const received = await nextMessage(events);
  const page = await chat.messages.page({ conversation_id, limit: undefined });
  const found = page.messages.find(({ id }) => id === sent.message.id);
  const refused = await chat.messages.send({ conversation_id, content: "" }).catch(explain);
  return { sent: sent.message, received, found, refused };
}

async function nextMessage(events: AsyncIterable<ConversationEvent>): Promise<Message | undefined> {
  for await (const event of events) {
    if (event.type === "message") return event.message;
  }
  return undefined;
}

function explain(error: unknown): string {
  if (isChatError(error, "validation_failed")) {
    const code: "validation_failed" = error.code;
    return `${code}: ${error.issues.map(({ path }) => path).join()}`;
  }
  return isChatError(error) ? adviceOf(error.code) : "a bug";
}

// Compiles only while every code has its case.
function adviceOf(code: ChatErrorCode): string {
  switch (code) {
    case "network":
    case "timeout":
    case "too_many_requests":
    case "unavailable":
      return "again";
    case "aborted":
      return "nothing";
    case "unauthorized":
    case "forbidden":
      return "another user";
    case "bad_request":
    case "conflict":
    case "internal":
    case "method_not_allowed":
    case "not_found":
    case "payload_too_large":
    case "precondition_failed":
    case "unexpected_answer":
    case "unsupported_media_type":
    case "validation_failed":
      return "another call";
  }
}

/** Holds what must not compile; it is never called. @public */
export async function mistakes(chat: ChatClient): Promise<void> {
  // @ts-expect-error nobody sends it
  await chat.messages.send({ conversation_id: "tea", content: "Hello" });
  // @ts-expect-error the server sets it
  await chat.messages.send({ user_id: "ada", content: "Hello", timestamp: "now" });
  // @ts-expect-error a position is a number
  await chat.messages.get({ conversation_id: "tea", seq: "1" });
  // @ts-expect-error there may be no next page
  await (await chat.messages.page({ conversation_id: "tea" })).next();
  // @ts-expect-error nobody's inbox
  chat.inbox();
  // @ts-expect-error there is no such code
  isChatError(new ChatError("conflict", ""), "gone");
  // @ts-expect-error it needs to know where the server is
  createChatClient({});
}
