/** Tells whether a field of a body counts as not given. */
export type IsLeftOut = (name: string, value: unknown) => boolean;

/** Drops the fields of a body that count as not given. */
export function leaveOut(
  body: Record<string, unknown>,
  isLeftOut: IsLeftOut,
): Record<string, unknown> {
  const fields = Object.entries(body);
  const kept = fields.filter(([name, value]) => !isLeftOut(name, value));
  // Defines properties and never assigns them, so that `__proto__` is a name like any other.
  return kept.length === fields.length ? body : Object.fromEntries(kept);
}
