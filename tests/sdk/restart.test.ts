import { createChatClient, type Message } from "@chatnest/client";
import { expect, test } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";

test.each(["SIGKILL", "SIGTERM"] as const)(
  "what is being sent through a %s and a start of the server is stored once, in order",
  async (signal) => {
    await using folder = await newFolder();
    const { path: cwd } = folder;
    const first = await startServer({ cwd });
    const chat = createChatClient({ url: first.url, userId: "ada" });
    const arrived = Promise.withResolvers<void>();
    const sending = Array.from({ length: 200 }, async (_, n) => {
      const conversation_id = n % 2 ? "tea" : "coffee";
      const { message } = await chat.messages.send({ conversation_id, content: `message ${n}` });
      if (n === 50) arrived.resolve();
      return message;
    });
    await arrived.promise;
    await first.stop(signal);
    await using _second = await startServer({ cwd, env: { PORT: String(first.port) } });
    const sent = await Promise.all(sending);
    for (const conversation_id of ["tea", "coffee"]) {
      const stored: Message[] = [];
      for await (const message of chat.messages.list({ conversation_id })) stored.push(message);
      expect(stored).toEqual(sent.filter((message) => message.conversation_id === conversation_id));
      expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    }
  },
  60_000,
);
