import type { Answered } from "../http/answered.ts";
import { openExport, type TracingOptions } from "./export.ts";
import { traceGroups } from "./groups.ts";
import { traceRequests } from "./requests.ts";

/** Sends traces to a collector until it is closed. */
export interface Tracing {
  /** Makes a span of a request. */
  onAnswered(answered: Answered): void;
  /** Sends the last spans, for at most 2 s. */
  close(): Promise<void>;
}

/**
 * Starts to trace requests and groups of sends by the OpenTelemetry SDK, which is loaded here: a server that traces nothing
 * does not pay for it. Attributes hold no text of messages, no users, no tokens.
 */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { tracer, close } = await openExport(options);
  const api = await import("@opentelemetry/api");
  const core = await import("@opentelemetry/core");
  const groups = traceGroups(tracer, api);
  return {
    onAnswered: traceRequests(tracer, api, core.parseTraceParent),
    async close() {
      groups.close();
      await close();
    },
  };
}
