import { platform } from "../platform.ts";

/** Notices that a connection is silent. */
export interface SilenceWatch {
  /** Whether the limit was reached. */
  readonly isTooLong: boolean;
  /** Starts measuring. */
  listen(): void;
  /** Stops measuring while received data is processed. */
  rest(): void;
  stop(): void;
}

const checksPerLimit = 8;

/**
 * Calls back once after a silence longer than a limit in ms. It measures by the clock, not by its timer, so that it
 * notices as soon as a machine wakes from sleep.
 */
export function watchSilence(limitMs: number, call: () => void): SilenceWatch {
  let since: number | undefined = Date.now();
  let isTooLong = false;
  let timer = platform.setTimeout(check, limitMs / checksPerLimit);

  function check(): void {
    // A clock that was set back counts too: the length of the silence is then unknown.
    isTooLong = since !== undefined && Math.abs(Date.now() - since) > limitMs;
    if (isTooLong) call();
    else timer = platform.setTimeout(check, limitMs / checksPerLimit);
  }

  return {
    get isTooLong() {
      return isTooLong;
    },
    listen() {
      since = Date.now();
    },
    rest() {
      since = undefined;
    },
    stop: () => platform.clearTimeout(timer),
  };
}
