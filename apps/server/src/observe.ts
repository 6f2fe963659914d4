import type { ChatStore } from "@chatnest/db";
import type { Logger } from "pino";
import type { AppDeps } from "./app-deps.ts";
import { openMetrics } from "./metrics/index.ts";
import { openTracing } from "./tracing/tracing.ts";
import { version } from "./version.ts";

/** What is to be observed, and how. */
export interface ObserveOptions {
  store: Pick<ChatStore, "watchState">;
  logger: Logger;
  /** The OTLP/HTTP receiver of traces. @default nothing is traced */
  otlpEndpoint?: string | undefined;
  /** Whether this process is one of several on one port, whose primary calls `gatherMetrics`. @default false */
  isOneOfSeveral?: boolean;
}

/** A server that is observed. */
export interface Observation {
  /** What the app is given. */
  deps: Required<Pick<AppDeps, "onAnswered" | "isTraced" | "readMetrics">>;
  /** Stops observing, and sends the last traces for at most 2 s. */
  close(): Promise<void>;
}

/** Starts to measure, and to trace where traces are wanted. Comes before the live part, whose followers are counted. */
export async function observe(options: ObserveOptions): Promise<Observation> {
  const { store, logger, otlpEndpoint: endpoint, isOneOfSeveral } = options;
  const metrics = openMetrics({ store, version }, isOneOfSeveral);
  const tracing =
    endpoint === undefined
      ? undefined
      : await openTracing({
          endpoint,
          version,
          onProblem: (reason) => logger.warn({ reason }, "traces cannot be sent"),
        });
  return {
    deps: {
      onAnswered: tracing
        ? (answered) => {
            metrics.onAnswered(answered);
            tracing.onAnswered(answered);
          }
        : metrics.onAnswered,
      isTraced: tracing !== undefined,
      readMetrics: metrics.readText,
    },
    async close() {
      metrics.close();
      await tracing?.close();
    },
  };
}
