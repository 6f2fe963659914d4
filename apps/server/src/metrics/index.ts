import { createMetrics, type Metrics, type MetricsParts } from "./metrics.ts";
import { joinGathering } from "./processes/worker.ts";
import { toText } from "./text.ts";

/** The metrics of a server, and what `/metrics` answers. */
export interface ServedMetrics extends Pick<Metrics, "onAnswered" | "close"> {
  /**
   * Returns the text of all processes that serve the same port.
   * @throws ChatError `unavailable` when the primary does not answer.
   */
  readText(): Promise<string>;
}

/**
 * Starts to measure. Close it after the server has stopped.
 * @param isWorker is whether this process is a worker of `node:cluster` whose primary calls `gatherMetrics`.
 */
export function openMetrics(parts: MetricsParts, isWorker = false): ServedMetrics {
  const metrics = createMetrics(parts);
  const { onAnswered, close } = metrics;
  if (!isWorker) return { onAnswered, close, readText: () => toText([metrics.read()]) };
  const worker = joinGathering(metrics);
  return {
    onAnswered,
    readText: worker.readText,
    close() {
      worker.close();
      close();
    },
  };
}
