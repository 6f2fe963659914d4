import { expectTypeOf, test } from "vitest";
import type {
  ChatClient,
  ChatClientOptions,
  ChatError,
  KnownUser,
  Message,
  SendMessageInput,
  Token,
} from "./index.ts";
import { createChatClient, isChatError } from "./index.ts";

declare const named: ChatClient;
declare const known: ChatClient<KnownUser>;
declare const options: ChatClientOptions;
declare const token: Token;

type IsAny<T> = 0 extends 1 & T ? true : false;
type Depths = [never, 0, 1, 2, 3, 4, 5, 6];

/** Whether a type has an `any` anywhere in its fields, parameters and results. */
type HasAny<T, TDepth extends number = 7> = [TDepth] extends [never]
  ? false
  : IsAny<T> extends true
    ? true
    : T extends (...args: infer TArgs) => infer TResult
      ? HasAny<TArgs[number] | TResult, Depths[TDepth]>
      : T extends
            | readonly (infer TInner)[]
            | PromiseLike<infer TInner>
            | AsyncIterable<infer TInner>
        ? HasAny<TInner, Depths[TDepth]>
        : T extends object
          ? { [TKey in keyof T]-?: HasAny<T[TKey], Depths[TDepth]> }[keyof T]
          : false;

test("a client created with a user or a token knows its user", () => {
  expectTypeOf(createChatClient({ url: "" })).toEqualTypeOf<ChatClient>();
  expectTypeOf(createChatClient(options)).toEqualTypeOf<ChatClient>();
  expectTypeOf(createChatClient({ url: "", userId: "ada" })).toEqualTypeOf(known);
  expectTypeOf(createChatClient({ url: "", token })).toEqualTypeOf(known);
  expectTypeOf(createChatClient({ url: "", token: async () => "t" })).toEqualTypeOf(known);
  expectTypeOf(createChatClient({ url: "", token: undefined })).toEqualTypeOf(named);
});

test("a client that knows its user is assignable to any client, not the other way round", () => {
  expectTypeOf(known).toExtend<ChatClient>();
  expectTypeOf(named).not.toExtend<ChatClient<KnownUser>>();
});

test("only a client that knows its user may omit the acting user's user_id", () => {
  type SendOf<TClient extends ChatClient> = Parameters<TClient["messages"]["send"]>[0];
  expectTypeOf<SendMessageInput>().toExtend<SendOf<ChatClient>>();
  expectTypeOf<{ content: string }>().toExtend<SendOf<ChatClient<KnownUser>>>();
  expectTypeOf<{ content: string }>().not.toExtend<SendOf<ChatClient>>();
  expectTypeOf<{ content: string; user_id: number }>().not.toExtend<
    SendOf<ChatClient<KnownUser>>
  >();
  expectTypeOf(known.notes.page).toBeCallableWith({});
  expectTypeOf(known.conversations.list).toBeCallableWith({ messages: 1 });
  // @ts-expect-error nobody's notes
  void (() => named.notes.list({}));
  // @ts-expect-error nobody to remove
  void (() => known.conversations.removeMember({ conversation_id: "tea" }));
  // @ts-expect-error the server sets it
  void (() => known.messages.send({ content: "Hello", timestamp: "now" }));
});

test("lists yield messages and conversations", () => {
  expectTypeOf(named.messages.list).returns.toEqualTypeOf<AsyncIterable<Message>>();
  expectTypeOf(named.notes.list).returns.toEqualTypeOf<AsyncIterable<Message>>();
});

test("an error is narrowed by its code", () => {
  const error: unknown = undefined;
  if (isChatError(error)) expectTypeOf(error).toEqualTypeOf<ChatError>();
  if (isChatError(error, "conflict")) expectTypeOf(error.code).toEqualTypeOf<"conflict">();
});

test("nothing is any", () => {
  expectTypeOf<
    HasAny<{ at: [() => Promise<ReturnType<typeof JSON.parse>>] }>
  >().toEqualTypeOf<true>();
  expectTypeOf<HasAny<ChatClient>>().toEqualTypeOf<false>();
  expectTypeOf<HasAny<ChatClient<KnownUser>>>().toEqualTypeOf<false>();
  // The platform's own `fetch` has some.
  expectTypeOf<HasAny<Omit<ChatClientOptions, "fetch">>>().toEqualTypeOf<false>();
  expectTypeOf<HasAny<Omit<ChatError, keyof Error>>>().toEqualTypeOf<false>();
});
