import type { ListedMessage } from "@chatnest/client";

/** What one can do with a message. The functions stay the same, so that unchanged messages are not drawn again. */
export interface MessageActions {
  reply(message: ListedMessage): void;
  edit(message: ListedMessage): void;
  /** Asks whether to delete it. */
  remove(message: ListedMessage): void;
  /** Adds an own reaction, or takes it back. */
  toggle(message: ListedMessage, key: string): void;
  /** Shows the reactions to choose from. */
  choose(message: ListedMessage): void;
  retry(id: string): void;
  discard(id: string): void;
  /** Scrolls to the message at a position. */
  show(seq: number): void;
}

/** Whether a message is stored and can be replied to and reacted to. */
export function isStored(message: ListedMessage): message is ListedMessage & { seq: number } {
  return message.seq !== null && message.deleted_at === undefined;
}
