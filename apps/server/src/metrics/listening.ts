import type { DiagnosticsChannel } from "@chatnest/db";
import type { Family } from "./families.ts";

/** Listens to channels until it is closed. */
export interface Listening {
  close(): void;
}

/** Metrics that are fed until they are closed. */
export interface FedMetrics extends Listening {
  families: readonly Family[];
}

type Subscription<TMessage> = readonly [DiagnosticsChannel<TMessage>, (message: TMessage) => void];

/** Subscribes a listener to each channel. */
export function listenAll<TMessages extends readonly unknown[]>(
  subscriptions: {
    [TIndex in keyof TMessages]: Subscription<TMessages[TIndex]>;
  },
): Listening {
  const all = subscriptions as readonly Subscription<unknown>[];
  for (const [channel, listener] of all) channel.subscribe(listener);
  return {
    close() {
      for (const [channel, listener] of all) channel.unsubscribe(listener);
    },
  };
}
