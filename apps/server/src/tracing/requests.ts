import type * as OpenTelemetry from "@opentelemetry/api";
import type { parseTraceParent } from "@opentelemetry/core";
import type { Answered } from "../http/answered.ts";

/**
 * Makes a function that makes a span of each request, named by its method and pattern. It continues the trace of the client,
 * where the client sends one (W3C Trace Context).
 */
export function traceRequests(
  tracer: OpenTelemetry.Tracer,
  { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }: typeof OpenTelemetry,
  parse: typeof parseTraceParent,
): (answered: Answered) => void {
  return ({ method, pattern, status, ms, requestId, traceparent }) => {
    const endTime = Date.now();
    const parent = traceparent === undefined ? null : parse(traceparent);
    const context = parent
      ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true })
      : ROOT_CONTEXT;
    const span = tracer.startSpan(
      `${method} ${pattern}`,
      {
        kind: SpanKind.SERVER,
        startTime: endTime - ms,
        attributes: {
          "http.request.method": method === "OTHER" ? "_OTHER" : method,
          "http.route": pattern,
          "http.response.status_code": status,
          "chatnest.request_id": requestId,
        },
      },
      context,
    );
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  };
}
