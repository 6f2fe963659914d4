// A consumer's program that hands what its platform has to the client: compiled where there are types for it.
import { type ChatClient, createChatClient, type Message } from "@chatnest/client";

/** Makes a client that adds a header to each request. @public */
export function createTracedClient(url: string): ChatClient {
  return createChatClient({
    url,
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, traced: "yes" } }),
  });
}

/** Makes a client on the platform's own fetch. @public */
export function createPlainClient(url: string): ChatClient {
  return createChatClient({ url, fetch });
}

/** Reads one message, but not for ever. */
export async function readInTime(chat: ChatClient): Promise<Message> {
  const signal = AbortSignal.any([AbortSignal.timeout(1_000), new AbortController().signal]);
  return chat.messages.get({ conversation_id: "tea", seq: 1 }, { signal });
}
