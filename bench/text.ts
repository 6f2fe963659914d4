/** How a text that says when it was sent begins. */
export const textStart = '"content":"at ';

/** Makes a text of 100 bytes that says when it is sent, by the clock that all processes of a machine share. */
export function stampedText(): string {
  return `at ${String(process.hrtime.bigint()).padStart(20, "0")} `.padEnd(100, "x");
}

/** A text as long as most. */
export const plainText = "x".repeat(100);
