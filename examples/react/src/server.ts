import { createChatClient } from "@chatnest/client";

/** Follows a conversation from its beginning until there is a message: what a server would render. */
export async function firstMessage(url: string): Promise<string | undefined> {
  const events = createChatClient({ url }).conversation("tea").events({ after: 0 });
  for await (const event of events) {
    if (event.type === "message") return event.message.content;
  }
  return undefined;
}
