import type { ChatStore } from "@chatnest/db";
import type { z } from "zod";

/** What a command works with, wherever it runs. */
interface CommandContext {
  store: ChatStore;
  /** Whether nobody else uses the store in this process: else long steps would make others wait. */
  isAlone: boolean;
  /** Aborted when its caller goes away or the process stops. */
  signal: AbortSignal;
  /** Tells the caller how far the command is: a value of JSON. */
  progress(value: unknown): void;
  /** Gives the caller bytes. Resolves when it can take more. */
  write(bytes: Uint8Array | string): Promise<void>;
}

/** A command that needs the store. The table of a server holds these. */
export interface AnyStoreCommand {
  name: string;
  /** Checks the input and runs the command. Its result is a value of JSON. */
  call(input: unknown, context: CommandContext): Promise<unknown>;
}

/** A command whose input and result are known. */
export interface StoreCommand<TInput, TResult> extends AnyStoreCommand {
  run(input: TInput, context: CommandContext): Promise<TResult>;
}

/** What a command is made of. */
export interface StoreCommandParts<TInput, TResult> {
  /** 1 to 32 of `a-z`. */
  name: string;
  /** Both may cross a socket, so they must be values of JSON. */
  input: z.ZodType<TInput>;
  run(input: TInput, context: CommandContext): Promise<TResult>;
}

/** Defines a command that needs the store. */
export function defineStoreCommand<TInput, TResult>({
  name,
  input: schema,
  run,
}: StoreCommandParts<TInput, TResult>): StoreCommand<TInput, TResult> {
  return { name, run, call: async (input, context) => run(schema.parse(input), context) };
}
