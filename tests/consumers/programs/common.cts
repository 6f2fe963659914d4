// A consumer's program in CommonJS: the client is an ES module, which Node 20.19 and later hand to `require` all the same.
import { createChatClient } from "@chatnest/client";

/** Sends a message. */
export async function say(url: string, content: string): Promise<string> {
  const chat = createChatClient({ url, userId: "ada" });
  const { message } = await chat.messages.send({ conversation_id: "common", content });
  return `${message.seq} ${message.content}`;
}
