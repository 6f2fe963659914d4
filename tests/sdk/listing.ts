import type {
  ChatClient,
  ListedMessage,
  Message,
  MessageList,
  MessageListOptions,
  MessageListSnapshot,
} from "@chatnest/client";
import { until } from "../support/until.ts";

/** A list that somebody looks at. */
export interface Listing extends Disposable {
  list: MessageList;
  /** The snapshots that it had when it called. */
  told: MessageListSnapshot[];
  readonly now: MessageListSnapshot;
  /** Waits until the list is as wanted. */
  until(isSo: (now: MessageListSnapshot) => boolean, timeoutMs?: number): Promise<void>;
  /** Waits until it is complete and current, and all of its own changes are confirmed. */
  untilSettled(timeoutMs?: number): Promise<void>;
}

/** Looks at the list of a conversation. */
export function look(
  { conversation }: Pick<ChatClient, "conversation">,
  conversation_id: string,
  options?: MessageListOptions,
): Listing {
  return lookAt(conversation(conversation_id).messages(options));
}

/** Looks at a list. */
export function lookAt(
  list: MessageList,
  onSnapshot: (now: MessageListSnapshot) => void = () => {},
): Listing {
  const told: MessageListSnapshot[] = [];
  const leave = list.subscribe(() => {
    told.push(list.getSnapshot());
    onSnapshot(list.getSnapshot());
  });
  async function untilSo(
    isSo: (now: MessageListSnapshot) => boolean,
    timeoutMs = 15_000,
  ): Promise<void> {
    await until(() => isSo(list.getSnapshot()), { timeoutMs, what: String(isSo) }).catch(
      (cause) => {
        const { messages, state } = list.getSnapshot();
        const newest = JSON.stringify([state, messages.slice(-5)]).slice(0, 2_000);
        throw new Error(`${messages.length} messages; ${newest}`, { cause });
      },
    );
  }
  return {
    list,
    told,
    get now() {
      return list.getSnapshot();
    },
    until: untilSo,
    untilSettled: (timeoutMs) =>
      untilSo(
        ({ state, messages }) =>
          state.status === "live" && messages.every(({ status }) => status === "confirmed"),
        timeoutMs,
      ),
    [Symbol.dispose]: leave,
  };
}

/** Returns the messages of a list as a server tells them. */
export function toMessages({
  messages,
}: MessageListSnapshot): Omit<ListedMessage, "status" | "changes">[] {
  return messages.map(({ status: _, changes: _changes, ...message }) => message);
}

/** Reads all messages of a conversation. */
export async function readAll(
  { messages }: Pick<ChatClient, "messages">,
  conversation_id: string,
): Promise<Message[]> {
  const all: Message[] = [];
  for await (const message of messages.list({ conversation_id })) all.push(message);
  return all;
}
