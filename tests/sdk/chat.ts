import { type ChatClient, type ChatError, createChatClient, isChatError } from "@chatnest/client";
import { startServer, type TestServer } from "../support/server.ts";

/** A client and the server that it talks to. */
export interface TestChat extends AsyncDisposable {
  chat: ChatClient;
  server: TestServer;
}

/** Starts a server over an empty store, with a client of it. */
export async function startChat(): Promise<TestChat> {
  const server = await startServer();
  return {
    chat: createChatClient({ url: server.url }),
    server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Waits for a call to fail, and returns why; anything but a ChatError is thrown on. */
export async function failureOf(call: Promise<unknown>): Promise<ChatError> {
  try {
    await call;
  } catch (error) {
    if (isChatError(error)) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}
