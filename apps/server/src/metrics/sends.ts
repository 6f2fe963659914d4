import {
  type GroupCommitMessage,
  groupCommitChannel,
  type UnwrittenMessage,
  unwrittenChannel,
  type WaitingMessage,
  waitingChannel,
} from "@chatnest/db";
import { CounterFamily, createReading } from "./families.ts";
import { HistogramFamily } from "./histograms.ts";
import { type FedMetrics, listenAll } from "./listening.ts";

const sizeBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] as const;

/** Creates the metrics of sends: messages and changes to them, and the groups in which they are written. */
export function createSendMetrics(): FedMetrics {
  const sends = new CounterFamily({
    name: "chatnest_sends_total",
    help: "Messages and changes to messages, by outcome. unwritten: rejected before the store was asked to write it.",
  });
  const sizes = new HistogramFamily(
    { name: "chatnest_group_size", help: "Number of sends that were written together." },
    sizeBuckets,
  );
  const times = new HistogramFamily({
    name: "chatnest_group_commit_duration_seconds",
    help: "Time to write a group of sends. The time that sends waited for it is not included.",
  });
  const stores = new Map<string, ReturnType<typeof createChildren>>();

  function createChildren(store: string) {
    const counterOf = (outcome: string) => sends.child({ store, outcome });
    return {
      created: counterOf("created"),
      repeated: counterOf("repeated"),
      refused: counterOf("refused"),
      failed: counterOf("failed"),
      unwritten: counterOf("unwritten"),
      sizes: sizes.child({ store }),
      times: times.child({ store }),
      waiting: 0,
    };
  }

  function of(store: string) {
    const children = stores.get(store) ?? createChildren(store);
    stores.set(store, children);
    return children;
  }

  const waiting = createReading(
    { name: "chatnest_sends_waiting", help: "Sends that wait to be written." },
    () => [...stores].map(([store, children]) => ({ labels: { store }, value: children.waiting })),
  );

  return {
    families: [sends, sizes, times, waiting],
    ...listenAll([
      [
        groupCommitChannel,
        ({ store, size, durationMs, outcomes }: GroupCommitMessage) => {
          const children = of(store);
          children.sizes.observe(size);
          children.times.observe(durationMs / 1_000);
          children.created.add(outcomes.created);
          children.repeated.add(outcomes.repeated);
          children.refused.add(outcomes.refused);
          children.failed.add(outcomes.failed);
        },
      ],
      [
        waitingChannel,
        (message: WaitingMessage) => {
          of(message.store).waiting = message.waiting;
        },
      ],
      [unwrittenChannel, ({ store, size }: UnwrittenMessage) => of(store).unwritten.add(size)],
    ]),
  };
}
