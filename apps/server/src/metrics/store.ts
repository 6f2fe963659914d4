import { type StoreFailureMessage, storeFailureChannel } from "@chatnest/api";
import { type ChatStore, type WatchState, watchChannel } from "@chatnest/db";
import { type Counter, CounterFamily, createReading } from "./families.ts";
import { HistogramFamily } from "./histograms.ts";
import { type FedMetrics, listenAll } from "./listening.ts";

const states: readonly WatchState[] = ["live", "alone", "degraded"];

/** Creates the metrics of the store's errors and of its change stream. */
export function createStoreMetrics(store: Pick<ChatStore, "watchState">): FedMetrics {
  const errors = new CounterFamily({
    name: "chatnest_store_errors_total",
    help: "Calls and live streams that the store ended with an error, by its code. unknown: a bug.",
  });
  const counters = new Map<StoreFailureMessage["code"], Counter>();
  // Those that mean trouble exist from the start: an alert on a series that appears misses its first increase.
  for (const code of ["unavailable", "unknown"] as const) counterOf(code);
  const lags = new HistogramFamily({
    name: "chatnest_change_stream_lag_seconds",
    help: "Time from a change being stored in MongoDB to this process hearing of it, as far as both clocks agree.",
  });
  const lag = lags.child();
  const state = createReading(
    {
      name: "chatnest_change_stream_state",
      help: "Is 1 for how changes of other processes arrive. live: at once; alone: within 5 s, as there is no change stream; degraded: late.",
      isPerProcess: true,
    },
    () => {
      const current = store.watchState();
      return states.map((name) => ({ labels: { state: name }, value: Number(name === current) }));
    },
  );

  function counterOf(code: StoreFailureMessage["code"]): Counter {
    const counter = counters.get(code) ?? errors.child({ code });
    counters.set(code, counter);
    return counter;
  }

  return {
    families: [errors, state, lags],
    ...listenAll([
      [storeFailureChannel, ({ code }) => counterOf(code).add()],
      [
        watchChannel,
        (message) => {
          // Clocks that disagree may let a change arrive before it was made.
          if (message.kind === "lag") lag.observe(Math.max(message.lagMs, 0) / 1_000);
        },
      ],
    ]),
  };
}
