import type { ChatStore } from "@chatnest/db";
import type { Answered } from "../http/answered.ts";
import { createEventLoopMetrics } from "./event-loop.ts";
import type { Snapshot } from "./families.ts";
import { createLiveMetrics } from "./live.ts";
import { createProcessMetrics } from "./process.ts";
import { createRequestMetrics } from "./requests.ts";
import { createSendMetrics } from "./sends.ts";
import { createStoreMetrics } from "./store.ts";

/** What is measured in this process. */
export interface Metrics {
  /** Counts a request. */
  onAnswered(answered: Pick<Answered, "method" | "pattern" | "status" | "ms">): void;
  /** Reads all values. `process` names this one among those that serve the same port. @default "1" */
  read(process?: string): Snapshot[];
  /** Stops measuring. */
  close(): void;
}

/** What the metrics are about. */
export interface MetricsParts {
  store: Pick<ChatStore, "watchState">;
  /** The version of the server. */
  version: string;
}

/**
 * Creates the metrics of a server. Requests are counted by the one server; what the store and the live feed publish is that of
 * the whole process, so two servers in one process each show the sum.
 */
export function createMetrics({ store, version }: MetricsParts): Metrics {
  const requests = createRequestMetrics();
  const fed = [
    createSendMetrics(),
    createLiveMetrics(),
    createStoreMetrics(store),
    createEventLoopMetrics(),
    createProcessMetrics(version),
  ];
  const families = [requests, ...fed].flatMap((part) => part.families);
  return {
    onAnswered: requests.count,
    read: (process = "1") => families.map((family) => withProcess(family.read(), process)),
    close() {
      for (const part of fed) part.close();
    },
  };
}

function withProcess(snapshot: Snapshot, process: string): Snapshot {
  if (!snapshot.isPerProcess) return snapshot;
  const values = snapshot.values.map((sample) => ({
    ...sample,
    labels: { ...sample.labels, process },
  }));
  return { ...snapshot, values };
}
