import { platform } from "../platform.ts";

/** Notices that nothing is heard. */
export interface SilenceWatch {
  /** Whether it was called for. */
  readonly isTooLong: boolean;
  /** Begins to wait for something. */
  listen(): void;
  /** Waits for nothing: what was heard is being worked on. */
  rest(): void;
  stop(): void;
}

const checksPerLimit = 8;

/**
 * Calls once when nothing was heard for a time, in ms. It goes by the clock and not by its timer, so that a machine that
 * slept notices as soon as it wakes.
 */
export function watchSilence(limitMs: number, call: () => void): SilenceWatch {
  let since: number | undefined = Date.now();
  let isTooLong = false;
  let timer = platform.setTimeout(check, limitMs / checksPerLimit);

  function check(): void {
    // A clock that was put back tells as little as one that went on.
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
