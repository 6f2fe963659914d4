// A consumer's worker, in a browser and without a bundler: sends a message to the server named, and receives it live.
import { createChatClient } from "./node_modules/@chatnest/client/dist/index.js";

self.addEventListener("message", async ({ data: url }) => {
  const chat = createChatClient({ url, userId: "ada" });
  const subscription = chat.conversation("tea").subscribe({
    after: 0,
    onMessage({ seq, content }) {
      postMessage(`${seq} ${content}`);
      subscription.close();
    },
  });
  await chat.messages.send({ conversation_id: "tea", content: "Hello from a worker" });
});
