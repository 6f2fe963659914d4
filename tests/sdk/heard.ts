import type { ConversationEvent, LiveState, Message, UserEvent } from "@chatnest/client";
import { until } from "../support/until.ts";

/** What a subscription handed over, by what it is given to hand it to. */
export class Heard<TEvent extends ConversationEvent | UserEvent = ConversationEvent> {
  readonly messages: Message[] = [];
  readonly positions: string[] = [];
  /** Everything but messages. */
  readonly events: TEvent[] = [];
  readonly states: LiveState[] = [];

  readonly onMessage = (message: Message, position?: string) => {
    this.messages.push(message);
    if (position !== undefined) this.positions.push(position);
  };
  readonly onEvent = (event: TEvent) => void this.events.push(event);
  readonly onState = (state: LiveState) => void this.states.push(state);

  get statuses(): LiveState["status"][] {
    return this.states.map(({ status }) => status);
  }

  get kinds(): TEvent["type"][] {
    return this.events.map(({ type }) => type);
  }

  /** The places of what was said in a conversation, as it was heard. */
  seqsOf(conversation_id: string): number[] {
    return this.messages
      .filter((message) => message.conversation_id === conversation_id)
      .map(({ seq }) => seq);
  }

  /** Waits until what was heard is as wanted. */
  async until(isSo: (heard: this) => boolean, timeoutMs = 15_000): Promise<void> {
    await until(() => isSo(this), { timeoutMs, what: String(isSo) }).catch((cause) => {
      const newest = JSON.stringify([this.states.slice(-5), this.events.slice(-5)]).slice(0, 2_000);
      throw new Error(`${this.messages.length} messages; ${newest}`, { cause });
    });
  }

  /** Waits until it is live. */
  async untilLive(): Promise<void> {
    await this.until(({ states }) => states.at(-1)?.status === "live");
  }
}
