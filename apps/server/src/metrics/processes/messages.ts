import type { Snapshot } from "../families.ts";

/** A worker asks the primary for the text of all processes. */
interface AskMessage {
  chatnest: "metrics.ask";
  id: number;
}

/** The primary asks a worker for what it has measured. */
interface ReadMessage {
  chatnest: "metrics.read";
  id: number;
  /** How the worker is called among the others: its place, from 1, which a successor takes over. */
  process: string;
}

/** A worker tells the primary what it has measured. */
interface SnapshotsMessage {
  chatnest: "metrics.snapshots";
  id: number;
  snapshots: Snapshot[];
}

/** The primary answers a worker that asked. */
interface TextMessage {
  chatnest: "metrics.text";
  id: number;
  /** Absent: the metrics could not be gathered. */
  text?: string;
}

/** What processes send each other to gather metrics. */
export type MetricsMessage = AskMessage | ReadMessage | SnapshotsMessage | TextMessage;

/** Says whether a message between processes is one of these. */
export function isMetricsMessage(message: unknown): message is MetricsMessage {
  if (typeof message !== "object" || message === null || !("chatnest" in message)) return false;
  return String(message.chatnest).startsWith("metrics.");
}
