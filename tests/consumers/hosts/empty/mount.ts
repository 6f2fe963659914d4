import { createServer } from "node:http";
import { type ChatNest, type ChatNestOptions, createChatNest, type Hooks } from "chatnest";

const hooks: Hooks = {
  before: {
    send({ message, caller }) {
      if (message.content.includes("http")) return { refuse: "no links" };
      if (caller === "server") return;
      return { content: message.content.trim(), metadata: { from: caller.user_id } };
    },
  },
  on: {
    message: async (entry) => void entry.seq.toFixed(),
  },
};

export const options: ChatNestOptions = {
  store: { sqlite: ":memory:" },
  rules: { "messages.edit": "servers", "messages.import": "nobody" },
  hooks,
  authenticate: async (request) => {
    const user_id = request.headers.get("x-user");
    return user_id ? { user_id, expires_at: new Date(Date.now() + 60_000) } : null;
  },
};

const chat: ChatNest = createChatNest(options);
const answer: Response = await chat.fetch(new Request("http://chat.example/livez"));
const { created } = await chat.store.conversations.create({ id: "room", user_ids: ["ann"] });
const server = createServer(chat.nodeListener).listen(0, async () => {
  await chat.close({ graceMs: 100 });
  server.close();
  console.log(answer.status, created);
});

// @ts-expect-error there is no such procedure
export const misspelled: ChatNestOptions = { ...options, rules: { "messages.sned": "nobody" } };
// @ts-expect-error a rule only ever becomes stricter
export const laxer: ChatNestOptions = { ...options, rules: { "messages.import": "users" } };
