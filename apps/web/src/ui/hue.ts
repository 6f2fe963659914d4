/** Returns the hue of a user or a conversation, in degrees: always the same one for an id. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) | 0;
  // Steps by the golden angle, so that similar ids are told apart.
  return Math.round((Math.abs(hash) * 137.508) % 360);
}
