import type { RouterOutputs } from "@chatnest/api";
import type { IdentifiedLine } from "./message-ids.ts";

/** What happened to one message. */
type ImportResult = RouterOutputs["messages"]["import"]["results"][number];

/**
 * Stores a batch, each conversation in the given order, and says what happened to each message.
 * @throws TargetError
 */
export type Target = (messages: IdentifiedLine[], signal: AbortSignal) => Promise<ImportResult[]>;

/** A target failed. Whether it stored the batch is unknown; repeating it is safe. */
export class TargetError extends Error {
  /** Whether a later try may succeed. */
  readonly isTemporary: boolean;

  constructor(message: string, options: ErrorOptions & { isTemporary: boolean }) {
    super(message, options);
    this.name = "TargetError";
    this.isTemporary = options.isTemporary;
  }
}
