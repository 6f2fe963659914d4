/** Something that a row needs is not on this machine. */
export class MissingError extends Error {}

/** Turns a failed search for a program into a {@link MissingError}. */
export async function needed<TFound>(what: string, find: () => Promise<TFound>): Promise<TFound> {
  try {
    return await find();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new MissingError(`${what} is missing: ${reason}`, { cause });
  }
}
