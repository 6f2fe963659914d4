// A program of its own, with the URL of a server and one where nothing listens: it follows, and ends by itself once all is closed.
import { createChatClient } from "@chatnest/client";

const [url = "", deadUrl = ""] = process.argv.slice(2);
const chat = createChatClient({ url });
const leaving = new AbortController();
const { signal } = leaving;

process.on("uncaughtException", (error) => console.log(`uncaught: ${error.message}`));

const dead = createChatClient({ url: deadUrl })
  .user("ada")
  .subscribe({ onMessage() {}, signal });
const looping = (async () => {
  for await (const { type } of chat.user("ada").events({ signal })) {
    if (type !== "heads") console.log(`loop: ${type}`);
  }
})();
const subscription = chat.conversation("tea").subscribe({
  signal,
  onMessage({ seq }) {
    if (seq === 1) throw new Error("a handler that fails");
    console.log(`message: ${seq}`);
    if (dead.state.status === "closed") throw new Error("closed too early");
    leaving.abort();
  },
  async onState({ status }) {
    if (status !== "live") return;
    for (const content of ["one", "two"]) {
      await chat.messages.send({ conversation_id: "tea", user_id: "ann", content });
    }
  },
});
await Promise.all([subscription.closed, dead.closed, looping]);
console.log("all closed");
