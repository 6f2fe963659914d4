import type { Snapshot } from "./families.ts";

/** The media type of the text. */
export const textType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Writes what processes have measured in the text format of Prometheus, as one: values with the same labels are added up. The
 * client is loaded when the first text is asked for, so that a server whose metrics nobody reads does not pay for it.
 */
export async function toText(processes: readonly (readonly Snapshot[])[]): Promise<string> {
  const { Registry } = await import("@prometheus-io/client");
  return Registry.aggregate(processes.map((snapshots) => [...snapshots])).metrics();
}

/** Adds up what processes have counted. Gauges are left out: they say what is, and these processes are gone. */
export async function addUp(processes: readonly (readonly Snapshot[])[]): Promise<Snapshot[]> {
  const { Registry } = await import("@prometheus-io/client");
  const counted = processes.map((snapshots) => snapshots.filter(({ type }) => type !== "gauge"));
  const sums: unknown = await Registry.aggregate(counted).getMetricsAsJSON();
  return sums as Snapshot[];
}
