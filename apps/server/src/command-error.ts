/** An error that stops a command and that its user can fix. It is printed line by line, without a stack. */
export class CommandError extends Error {
  constructor(lines: string | readonly string[], options?: ErrorOptions) {
    super(typeof lines === "string" ? lines : lines.join("\n"), options);
    this.name = "CommandError";
  }
}
