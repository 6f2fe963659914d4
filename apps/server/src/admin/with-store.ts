import type { Settings } from "../env.ts";
import { openStore } from "../store.ts";
import { type CommandOutput, callAdmin } from "./call-admin.ts";
import type { StoreCommand } from "./command.ts";
import { openExisting } from "./open-existing.ts";
import { adminSocketPath, isSocketPath } from "./socket-path.ts";
import { untilReady } from "./until-ready.ts";

/** Where to run a command, and what to do with what it gives. */
export interface WithStoreOptions extends CommandOutput {
  settings: Settings;
  /** Whether an embedded store that is not there is made. */
  isNew?: boolean;
  /** Called with what the user should know meanwhile. */
  note(text: string): void;
}

/**
 * Runs a command on the store that the settings name: in the server that has the embedded store open, if one runs, else in this
 * process.
 * @throws CommandError or StoreError `cannot_open` when the store cannot be used, and whatever the command throws.
 */
export async function withStore<TInput, TResult>(
  command: StoreCommand<TInput, TResult>,
  input: TInput,
  options: WithStoreOptions,
): Promise<TResult> {
  const { settings, isNew = false, note, signal, onProgress, onBytes } = options;
  const socketPath = adminSocketPath(settings);
  if (socketPath !== undefined && isSocketPath(socketPath)) {
    const answer = await callAdmin(socketPath, { name: command.name, input }, options);
    // Both are of the same version, or the call has failed.
    if (answer) return answer.result as TResult;
  }
  const open = isNew && settings.dataFile !== ":memory:" ? openStore : openExisting;
  const opened = open(settings, { onRetry: ({ message }) => note(message) });
  try {
    await untilReady(opened, signal);
    return await command.run(input, {
      store: opened.store,
      isAlone: true,
      signal,
      progress: onProgress,
      write: async (bytes) => onBytes(bytes),
    });
  } finally {
    await opened.store.close();
  }
}
