import type { Tracer } from "@opentelemetry/api";
import type { Sampler } from "@opentelemetry/sdk-trace";
import { createCollectorConnections } from "./connections.ts";

/** Where traces go. */
export interface TracingOptions {
  /** The URL of an OTLP/HTTP receiver, to which `/v1/traces` is added. */
  endpoint: string;
  version: string;
  /** Called when spans cannot be sent. They are dropped, and no request is held up. */
  onProblem(text: string): void;
}

/** A tracer, and how to end what is behind it. */
export interface Export {
  tracer: Tracer;
  /** Sends what is left, for at most 2 s. */
  close(): Promise<void>;
}

const closeTimeoutMs = 2_000;
/** How often the same problem is told again at most, in ms. */
const toldForMs = 60_000;
const reasonLengthMax = 200;

/**
 * Opens the way of spans to a collector. The SDK reads the other `OTEL_` variables itself: headers, timeouts, the name of the
 * service and its attributes.
 */
export async function openExport({
  endpoint,
  version,
  onProblem,
}: TracingOptions): Promise<Export> {
  // Each by name and not through a module of ours: a bundler would load them at the start.
  const [{ diag, DiagLogLevel }, { OTLPTraceExporter }, resources, sdk] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-trace"),
  ]);
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (text: string) => {
    if (performance.now() - toldAt < toldForMs) return;
    toldAt = performance.now();
    onProblem(toReason(text));
  };
  const ignore = () => {};
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const { resourceAttributesEnvDetector, serviceNameEnvDetector } = resources;
  const resource = resources
    .defaultResource()
    .merge(
      resources.resourceFromAttributes({ "service.name": "chatnest", "service.version": version }),
    )
    .merge(
      resources.detectResources({
        detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector],
      }),
    );
  const connections = createCollectorConnections();
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    httpAgentOptions: connections.createAgent,
  });
  const provider = new sdk.TracerProvider({
    resource,
    sampler: createSampler(sdk),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  return {
    tracer: provider.getTracer("chatnest", version),
    async close() {
      const timer = setTimeout(connections.end, closeTimeoutMs);
      await provider.shutdown().catch(() => {});
      clearTimeout(timer);
      connections.end();
    },
  };
}

// The SDK writes errors as JSON, with their stacks.
function toReason(text: string): string {
  const [, message = text] = /"message":"([^"]*)"/.exec(text) ?? [];
  return message.slice(0, reasonLengthMax);
}

// The SDK of this version leaves these two variables to its large distribution for Node.
function createSampler(sdk: typeof import("@opentelemetry/sdk-trace")): Sampler {
  const name = process.env["OTEL_TRACES_SAMPLER"] ?? "parentbased_always_on";
  const ratio = Number(process.env["OTEL_TRACES_SAMPLER_ARG"] ?? "1");
  const root = createRoot(sdk, name, ratio);
  return name.startsWith("parentbased_") ? new sdk.ParentBasedSampler({ root }) : root;
}

function createRoot(
  sdk: typeof import("@opentelemetry/sdk-trace"),
  name: string,
  ratio: number,
): Sampler {
  if (name.endsWith("always_off")) return new sdk.AlwaysOffSampler();
  if (name.endsWith("traceidratio")) return new sdk.TraceIdRatioBasedSampler(ratio);
  return new sdk.AlwaysOnSampler();
}
