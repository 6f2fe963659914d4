/** What stops a command for a reason that the person at the terminal can mend: told line by line, without a stack. */
export class CommandError extends Error {
  constructor(lines: string | readonly string[], options?: ErrorOptions) {
    super(typeof lines === "string" ? lines : lines.join("\n"), options);
    this.name = "CommandError";
  }
}
