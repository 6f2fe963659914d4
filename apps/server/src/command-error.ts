import { isStoreError, type StoreError } from "@chatnest/db";

/** An error that stops a command and that its user can fix. It is printed line by line, without a stack. */
export class CommandError extends Error {
  constructor(lines: string | readonly string[], options?: ErrorOptions) {
    super(typeof lines === "string" ? lines : lines.join("\n"), options);
    this.name = "CommandError";
  }
}

/** Tells whether the message of an error is all that a user needs. Of any other, a bug, the stack is worth reading. */
export function isForUsers(error: unknown): error is CommandError | StoreError {
  return error instanceof CommandError || isStoreError(error);
}
