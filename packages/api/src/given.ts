/** An object whose optional fields are given or absent, but never `undefined`. */
export type Given<TFields> = { [TName in keyof TFields]: Exclude<TFields[TName], undefined> };

/** Leaves out the fields of an object that are `undefined`. */
export function given<TFields extends object>(fields: TFields): Given<TFields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<TFields>;
}
