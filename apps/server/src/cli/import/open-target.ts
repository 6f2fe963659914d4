import { isStoreError } from "@chatnest/db";
import { untilReadyOrClosed } from "../../admin/until-ready.ts";
import { CommandError } from "../../command-error.ts";
import { readSettings } from "../../env.ts";
import { type OpenedStore, openStore } from "../../store.ts";
import { type BatchLimits, embeddedLimits, requestLimits } from "./batches.ts";
import { withRetry } from "./retry.ts";
import { createStoreTarget } from "./store-target.ts";
import type { Target } from "./target.ts";
import { createUrlTarget } from "./url-target.ts";

/** An open target. */
export interface OpenedTarget extends AsyncDisposable {
  target: Target;
  limits: BatchLimits;
}

/** Which target, and where to report its failures. */
export interface OpenTargetOptions {
  /** A server; without one, the store that the settings name. */
  url: string | undefined;
  signal: AbortSignal;
  note(text: string): void;
}

const patienceMs = 60_000;

/**
 * Opens the target of an import.
 * @throws CommandError or StoreError `cannot_open` when it cannot be used.
 */
export async function openTarget({ url, signal, note }: OpenTargetOptions): Promise<OpenedTarget> {
  const retryOptions = {
    patienceMs,
    onRetry: ({ message }: Error) => note(`${message}; trying again`),
  };
  const settings = readSettings();
  if (url !== undefined) {
    return {
      target: withRetry(createUrlTarget(url, settings.credentials?.apiKeys[0]), retryOptions),
      limits: requestLimits,
      [Symbol.asyncDispose]: async () => {},
    };
  }
  if (settings.mongodbUri === undefined) {
    const store = openEmbedded(() => openStore(settings, {}), settings.dataFile);
    // Without retries: when it cannot write, its disk is full or gone, and will be so in a minute.
    return {
      target: createStoreTarget(store),
      limits: embeddedLimits,
      [Symbol.asyncDispose]: () => store.close(),
    };
  }
  const opened = openStore(settings, { onRetry: ({ message }) => note(message) });
  const { store } = opened;
  await untilReadyOrClosed(opened, signal);
  return {
    target: withRetry(createStoreTarget(store), retryOptions),
    limits: requestLimits,
    [Symbol.asyncDispose]: () => store.close(),
  };
}

function openEmbedded(open: () => OpenedStore, dataFile: string): OpenedStore["store"] {
  if (dataFile === ":memory:") {
    throw new CommandError(
      "CHATNEST_DATA=:memory: keeps nothing: import through its server, with --url",
    );
  }
  try {
    return open().store;
  } catch (error) {
    if (!isStoreError(error, "cannot_open")) throw error;
    const hint =
      "if a server has it open, import through that server: add --url http://localhost:8000";
    throw new CommandError([error.message, hint], { cause: error });
  }
}
