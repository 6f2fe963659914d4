import type { RouterOutputs } from "@chatnest/api";
import type { IdentifiedLine } from "./message-ids.ts";

/** What became of one message. */
type ImportResult = RouterOutputs["messages"]["import"]["results"][number];

/**
 * Where messages go: stores a batch, each conversation in the order given, and answers for each what became of it.
 * @throws TargetError
 */
export type Target = (messages: IdentifiedLine[], signal: AbortSignal) => Promise<ImportResult[]>;

/** A target did not take a batch. Whether it was stored is unknown; to give it again is safe. */
export class TargetError extends Error {
  /** Whether it may well take it a little later. */
  readonly isPassing: boolean;

  constructor(message: string, options: ErrorOptions & { isPassing: boolean }) {
    super(message, options);
    this.name = "TargetError";
    this.isPassing = options.isPassing;
  }
}
