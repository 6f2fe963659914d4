import { ChatError } from "@chatnest/api";
import type { Metrics } from "../metrics.ts";
import { isMetricsMessage, type MetricsMessage } from "./messages.ts";

/** How long the primary may take to answer, in ms. It waits for other workers meanwhile. */
const askTimeoutMs = 4_000;

/** The part that a worker has in gathering the metrics of all processes. */
export interface GatheringWorker {
  /**
   * Returns the text of all processes.
   * @throws ChatError `unavailable` when the primary does not answer: the numbers of one process alone would look like a drop.
   */
  readText(): Promise<string>;
  close(): void;
}

/** Joins a worker of `node:cluster` to the gathering: it tells the primary what it measures, and asks it for the whole. */
export function joinGathering(metrics: Pick<Metrics, "read">): GatheringWorker {
  const asked = new Map<number, (text: string | undefined) => void>();
  let lastId = 0;

  function hear(message: unknown): void {
    if (!isMetricsMessage(message)) return;
    if (message.chatnest === "metrics.text") asked.get(message.id)?.(message.text);
    if (message.chatnest === "metrics.read") {
      const snapshots = metrics.read(message.process);
      tell({ chatnest: "metrics.snapshots", id: message.id, snapshots });
    }
  }

  process.on("message", hear);
  return {
    async readText() {
      const id = ++lastId;
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      const timer = setTimeout(() => resolve(undefined), askTimeoutMs);
      asked.set(id, resolve);
      tell({ chatnest: "metrics.ask", id });
      const text = await promise;
      clearTimeout(timer);
      asked.delete(id);
      if (text === undefined) {
        throw new ChatError("unavailable", "the metrics of the other processes cannot be read");
      }
      return text;
    },
    close: () => void process.off("message", hear),
  };
}

function tell(message: MetricsMessage): void {
  // A primary that is gone hears nothing, and its worker is about to stop.
  process.send?.(message, undefined, undefined, () => {});
}
