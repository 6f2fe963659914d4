// A consumer's script, for Node as it is: sends a message to the server named, receives it live, and ends by itself.
import { createChatClient } from "@chatnest/client";

const [url = ""] = process.argv.slice(2);
const chat = createChatClient({ url, userId: "ada" });

const subscription = chat.conversation("tea").subscribe({
  after: 0,
  onMessage({ seq, content }) {
    console.log(seq, content);
    subscription.close();
  },
});
await chat.messages.send({ conversation_id: "tea", content: "Hello" });
