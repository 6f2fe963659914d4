import type { Message } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";
import type { ChatError } from "../errors.ts";
import type { KnownUser } from "../http/identity.ts";
import { createMessageId } from "../message-id.ts";
import type { Messages } from "../messages.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { MessageList } from "./message-list.ts";
import type { Change } from "./own-changes.ts";
import type { OwnStore } from "./own-store.ts";

/** What own changes need. */
export interface ListActionsOptions {
  messages: Messages<KnownUser>;
  held: HeldMessages;
  own: OwnStore;
  /** Does something to the held messages, in step with what else comes. */
  apply(run: () => void): void;
  conversation_id: string;
  user_id: string | undefined;
  thread: number | undefined;
}

type Actions = Pick<
  MessageList,
  "send" | "edit" | "delete" | "react" | "unreact" | "retry" | "discard"
>;

/** Learns what is stored, so that own changes end. */
interface Confirmations {
  /** Takes an entry of the log. */
  takeEntry(entry: AnyEntry): void;
  /** Takes a stored message. */
  takeMessage(message: Pick<Message, "id" | "seq">): void;
}

/** Creates the functions that change the messages of a list, and show the changes until they are confirmed. */
export function createListActions(options: ListActionsOptions): Actions & Confirmations {
  const { messages, held, own, apply, conversation_id, user_id, thread } = options;

  function begin(
    kind: Change["kind"],
    message_id: string,
    { id = createMessageId(), body = {} }: { id?: string; body?: Change["body"] },
  ): string | undefined {
    const seq = held.findById(message_id)?.message.seq;
    const isHeld = seq !== undefined || own.all.some((change) => change.id === message_id);
    if (!isHeld && kind !== "send") return undefined;
    const timestamp = new Date().toISOString();
    make({ id, kind, status: "pending", message_id, seq, timestamp, body });
    return id;
  }

  function make({ error: _, ...change }: Change): void {
    const { id, kind, seq } = change;
    own.put({ ...change, status: "pending" });
    // It waits until the message is stored.
    if (kind !== "send" && seq === undefined) return;
    call(change).then(
      (confirm) =>
        apply(() => {
          confirm();
          own.forget((other) => other.id === id);
        }),
      (error: ChatError) => fail(change, error),
    );
  }

  /** Makes a change, and returns what to do with the answer. */
  async function call({ id, kind, seq = 0, body }: Change): Promise<() => void> {
    const { content = "", metadata, key = "", reply_to, thread_seq, mentions } = body;
    const named = { id, conversation_id, user_id };
    const target = { ...named, seq };
    switch (kind) {
      case "send": {
        const text = { content, metadata: metadata ?? undefined, mentions };
        const { message } = await messages.send({ ...named, ...text, reply_to, thread_seq });
        return () => {
          held.absorb(message);
          takeMessage(message);
        };
      }
      case "edit": {
        const { message } = await messages.edit({ ...target, ...body });
        return () => held.absorb(message);
      }
      case "delete":
        await messages.delete(target);
        return () => held.erase(seq);
      default: {
        const { entry } = await messages[kind]({ ...target, key });
        return () => {
          if (entry) held.fold(entry);
        };
      }
    }
  }

  function fail({ id, message_id }: Change, error: ChatError): void {
    const isOver = held.findById(message_id)?.message.deleted_at !== undefined;
    if (isOver) own.forget((change) => change.id === id);
    else own.update(id, { status: "failed", error });
  }

  function takeMessage({ id, seq }: Pick<Message, "id" | "seq">): void {
    own.forget((change) => change.id === id);
    const waiting = own.all.filter((change) => change.message_id === id && !change.seq);
    for (const change of waiting) make({ ...change, seq });
  }

  function takeEntry(entry: AnyEntry): void {
    if (entry.kind === "unknown") return;
    own.forget((change) => change.id === entry.id);
    if (entry.kind === "message") takeMessage(entry);
    if (entry.kind !== "deletion") return;
    const target = held.find(entry.target_seq)?.message.id;
    own.forget((change) => change.message_id === target);
  }

  const isNamed = (id: string) => (change: Change) => change.id === id || change.message_id === id;

  return {
    send({ id = createMessageId(), thread_seq = thread, ...rest }) {
      begin("send", id, { id, body: { ...rest, thread_seq } });
      return id;
    },
    edit: (id, body) => begin("edit", id, { body }),
    delete: (id) => begin("delete", id, {}),
    react: (id, key) => begin("react", id, { body: { key } }),
    unreact: (id, key) => begin("unreact", id, { body: { key } }),
    retry(id) {
      const failed = own.all.filter((change) => isNamed(id)(change) && change.error);
      for (const change of failed) make(change);
    },
    discard(id) {
      // What waits for a message that is not sent has nothing left to change.
      own.forget((change) => {
        const isOf = isNamed(id)(change);
        return isOf && (change.error !== undefined || (change.kind !== "send" && !change.seq));
      });
    },
    takeEntry,
    takeMessage,
  };
}
