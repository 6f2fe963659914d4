import { type BeforeSending, createBeforeSending } from "./before-send.ts";
import type { HookName, Hooks } from "./hooks.ts";
import { createMessageListener, type MessageListener } from "./on-message.ts";

/** The hooks of an application, as the procedures call them. */
export interface RunningHooks {
  beforeSending?: BeforeSending;
  listener?: MessageListener;
}

/** How hooks are called. */
export interface HookOptions {
  /** How long `before.send` may take, in ms. @default 2000 */
  timeoutMs?: number | undefined;
  /** Called with each error of a hook. */
  onError(hook: HookName, error: unknown): void;
}

/** Prepares hooks to be called. */
export function createHooks(
  { before, on }: Hooks,
  { timeoutMs = 2_000, onError }: HookOptions,
): RunningHooks {
  const send = before?.send?.bind(before);
  const message = on?.message?.bind(on);
  return {
    ...(send && {
      beforeSending: createBeforeSending(send, {
        timeoutMs,
        onError: (error) => onError("before.send", error),
      }),
    }),
    ...(message && {
      listener: createMessageListener(message, {
        onError: (error) => onError("on.message", error),
      }),
    }),
  };
}
