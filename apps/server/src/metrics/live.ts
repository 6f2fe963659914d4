import { checkChannel, deliveryChannel, followerChannel, ringMissChannel } from "@chatnest/api";
import { CounterFamily, createReading } from "./families.ts";
import { HistogramFamily } from "./histograms.ts";
import { type FedMetrics, listenAll } from "./listening.ts";

/** Creates the metrics of followers, and of how new entries reach them. */
export function createLiveMetrics(): FedMetrics {
  const followers = { conversation: 0, user: 0 };
  const delays = new HistogramFamily({
    name: "chatnest_delivery_delay_seconds",
    help: "Time from an entry being known to this process to its last follower being woken.",
  });
  const woken = new CounterFamily({
    name: "chatnest_followers_woken_total",
    help: "Followers that were woken for new entries.",
  });
  const misses = new CounterFamily({
    name: "chatnest_ring_misses_total",
    help: "Reads of followers that needed the store. Catching up after a reconnect counts.",
  });
  const checks = new CounterFamily({
    name: "chatnest_checks_total",
    help: "Comparisons of what is followed with the store, by outcome.",
  });
  const delay = delays.child();
  const readers = woken.child();
  const [own, shared] = [misses.child({ shared: "no" }), misses.child({ shared: "yes" })];
  const [complete, failed] = [
    checks.child({ outcome: "complete" }),
    checks.child({ outcome: "failed" }),
  ];
  const following = createReading(
    { name: "chatnest_followers", help: "Live streams: of a conversation, or of a user." },
    () => Object.entries(followers).map(([kind, value]) => ({ labels: { kind }, value })),
  );

  return {
    families: [following, delays, woken, misses, checks],
    ...listenAll([
      [
        followerChannel,
        ({ kind, isFollowing }) => {
          followers[kind] += isFollowing ? 1 : -1;
        },
      ],
      [
        deliveryChannel,
        (message) => {
          delay.observe(message.delayMs / 1_000);
          readers.add(message.readers);
        },
      ],
      [ringMissChannel, ({ isShared }) => (isShared ? shared : own).add()],
      [checkChannel, ({ isComplete }) => (isComplete ? complete : failed).add()],
    ]),
  };
}
