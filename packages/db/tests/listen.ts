import type { DiagnosticsChannel } from "../src/index.ts";

/** Keeps what is published on a channel; disposing of it ends that. */
export function listen<TMessage>(channel: DiagnosticsChannel<TMessage>) {
  const messages: TMessage[] = [];
  const listener = (message: TMessage) => void messages.push(message);
  channel.subscribe(listener);
  return { messages, [Symbol.dispose]: () => channel.unsubscribe(listener) };
}
