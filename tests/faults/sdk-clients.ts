import {
  type ChatClient,
  type ChatError,
  createChatClient,
  isChatError,
  type LiveState,
  type Message,
} from "@chatnest/client";

/** A client of the SDK that follows conversations, and sends to them. */
export interface SdkClient {
  name: string;
  chat: ChatClient;
  /** What it was handed of each conversation, as it came. */
  received: Map<string, number[]>;
  /** How often it was in each state. */
  statuses: Map<LiveState["status"], number>;
  /** What must never happen. */
  wrongs: string[];
  /** Resolves when it follows. */
  ready: Promise<unknown>;
  close(): Promise<void>;
}

/** Whom it follows, and how it hears of what happens. */
export type Manner = `${"conversations" | "user"} by ${"handlers" | "loops"}`;

/** Begins to follow conversations. */
export function startSdkClient(
  { name, url, manner }: { name: string; url: string; manner: Manner },
  conversations: readonly string[],
): SdkClient {
  const chat = createChatClient({ url });
  const closing = new AbortController();
  const { signal } = closing;
  const received = new Map(conversations.map((id): [string, number[]] => [id, []]));
  const statuses: SdkClient["statuses"] = new Map();
  const wrongs: string[] = [];
  const endings: Promise<unknown>[] = [];
  const readies: Promise<unknown>[] = [];

  function onMessage({ conversation_id, seq }: Message): void {
    const seqs = received.get(conversation_id ?? "");
    if (!seqs) return void wrongs.push(`a message of ${conversation_id}`);
    if (seq !== (seqs.at(-1) ?? 0) + 1) wrongs.push(`${seq} after ${seqs.at(-1)}`);
    seqs.push(seq);
  }

  function observe() {
    const ready = Promise.withResolvers<void>();
    readies.push(ready.promise);
    return (state: LiveState) => {
      statuses.set(state.status, (statuses.get(state.status) ?? 0) + 1);
      if (state.status === "live") ready.resolve();
      if (state.status === "closed" && state.error) wrongs.push(`closed: ${state.error}`);
    };
  }

  function onEvent({ type }: { type: string }): void {
    if (type !== "ready" && type !== "heads") wrongs.push(`an event ${type}`);
  }

  async function loop(events: AsyncIterable<{ type: string; message?: Message }>): Promise<void> {
    for await (const event of events) {
      if (event.message) onMessage(event.message);
      else onEvent(event);
    }
  }

  const followed =
    manner === "user by handlers" || manner === "user by loops"
      ? [chat.user(name)]
      : conversations.map((id) => chat.conversation(id));
  for (const one of followed) {
    const options = { signal, onState: observe() };
    if (manner.endsWith("loops")) endings.push(loop(one.events(options)));
    else endings.push(one.subscribe({ ...options, onMessage, onEvent }).closed);
  }
  return {
    name,
    chat,
    received,
    statuses,
    wrongs,
    ready: Promise.all(readies),
    async close() {
      closing.abort();
      await Promise.all(endings);
    },
  };
}

/** What became of all that was sent. */
export interface SentLog {
  /** Stored, as the client was told, in the order of the calls. */
  stored: Message[];
  /** Given up, with the outcome unknown. */
  unknown: ChatError[];
  /** What was in those that were given up before their turn came, and are known not to be stored. */
  unsent: string[];
  wrongs: string[];
}

/** Sends to one conversation after the other, without waiting for answers, until a signal aborts. */
export async function keepSending(
  { name, chat }: SdkClient,
  conversations: readonly string[],
  { signal, pauseMs }: { signal: AbortSignal; pauseMs: number },
): Promise<SentLog> {
  const log: SentLog = { stored: [], unknown: [], unsent: [], wrongs: [] };
  const sends: Promise<void>[] = [];
  for (let count = 0; !signal.aborted; count++) {
    const conversation_id = conversations[count % conversations.length] ?? "";
    const content = `${count} of ${name}`;
    const sent = chat.messages.send({ user_id: name, content, conversation_id });
    sends.push(
      sent.then(
        ({ message }) => {
          if (message.content !== content) log.wrongs.push(`${content} is ${message.content}`);
          log.stored.push(message);
        },
        (error) => {
          if (isChatError(error) && error.id !== undefined) log.unknown.push(error);
          else if (isChatError(error, "timeout")) log.unsent.push(content);
          else log.wrongs.push(String(error));
        },
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
  }
  await Promise.all(sends);
  return log;
}
