import { type ChatNest, type ChatNestOptions, createChatNest, type Identify } from "chatnest";
import { pino } from "pino";

/** A ChatNest in memory, and what it logged. */
export interface Mounted extends AsyncDisposable {
  chat: ChatNest;
  log: Record<string, unknown>[];
}

/** Lets users in by a header, which no real server would do. */
const byHeader: Identify = (request) => {
  const user_id = request.headers.get("x-user");
  if (user_id === "server") return "server";
  return user_id === null ? null : { user_id };
};

/** Creates a ChatNest in memory. */
export function mount(options: Partial<ChatNestOptions> = {}): Mounted {
  const log: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const chat = createChatNest({
    store: { sqlite: ":memory:" },
    authenticate: byHeader,
    logger,
    ...options,
  });
  return { chat, log, [Symbol.asyncDispose]: () => chat.close({ graceMs: 1_000 }) };
}

/** Creates the conversation `room`, of ann. */
export async function openRoom({ store }: ChatNest): Promise<void> {
  await store.conversations.create({ id: "room", user_ids: ["ann"] });
}

/** Sends a message of ann over REST. */
export function post(
  fetch: (request: Request) => Promise<Response>,
  body: object,
  { url = "http://chat.example", user = "ann" } = {},
): Promise<Response> {
  return fetch(
    new Request(`${url}/messages/`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user": user },
      body: JSON.stringify({ user_id: "ann", ...body }),
    }),
  );
}
