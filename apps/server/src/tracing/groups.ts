import { type GroupCommitMessage, groupCommitChannel } from "@chatnest/db";
import type * as OpenTelemetry from "@opentelemetry/api";
import { type Listening, listenAll } from "../metrics/listening.ts";

/** Makes a span of each group of sends. It has a trace of its own, since its sends belong to many requests. */
export function traceGroups(
  tracer: OpenTelemetry.Tracer,
  { ROOT_CONTEXT, SpanKind, SpanStatusCode }: typeof OpenTelemetry,
): Listening {
  function trace({ store, size, lanes, durationMs, outcomes }: GroupCommitMessage): void {
    const endTime = Date.now();
    const span = tracer.startSpan(
      "group commit",
      {
        kind: SpanKind.INTERNAL,
        startTime: endTime - durationMs,
        attributes: {
          "db.system.name": store,
          "chatnest.group.size": size,
          "chatnest.group.lanes": lanes,
          "chatnest.group.created": outcomes.created,
          "chatnest.group.failed": outcomes.failed,
        },
      },
      ROOT_CONTEXT,
    );
    if (outcomes.failed > 0) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  }

  return listenAll([[groupCommitChannel, trace]]);
}
