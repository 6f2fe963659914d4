import type {
  GetMessageInput,
  Message,
  MessagePageInput,
  SendMessageInput,
  SendMessageOutput,
} from "./contract.ts";
import { type MessagePage, readMessagePage } from "./pages.ts";
import { send } from "./sending.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** Messages of conversations: one ordered log for each. */
export interface Messages {
  /**
   * Sends a message and resolves once it is stored for good. The same `id` and body again give the stored message.
   * @throws ChatError `conflict` when the id is taken by another message. When it is unknown whether the message was
   * stored, the error has its `id`.
   * @example
   * ```ts
   * const { message } = await chat.messages.send({ user_id: "ada", content: "Hello", conversation_id: "tea" });
   * ```
   */
  send(input: SendMessageInput, options?: CallOptions): Promise<SendMessageOutput>;
  /**
   * Reads a page of a conversation, oldest first: the newest one unless there are bounds; empty when nothing was said.
   * @throws ChatError
   * @example
   * ```ts
   * const newest = await chat.messages.page({ conversation_id: "tea", limit: 20 });
   * const older = await newest.prev?.();
   * ```
   */
  page(input: MessagePageInput, options?: CallOptions): Promise<MessagePage>;
  /**
   * Reads one message by its position.
   * @throws ChatError `not_found`
   */
  get(input: GetMessageInput, options?: CallOptions): Promise<Message>;
}

/** Makes the calls about messages. */
export function createMessages(transport: Transport): Messages {
  return {
    send: (input, options) => send(transport, { path: "messages.send", input, options }),
    page: (input, options) =>
      readMessagePage(
        (bounds, pageOptions) =>
          transport.query("messages.page", { ...input, ...bounds }, pageOptions),
        input,
        options,
      ),
    get: (input, options) => transport.query("messages.get", input, options),
  };
}
