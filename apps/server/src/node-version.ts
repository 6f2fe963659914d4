/**
 * Tells whether a version of Node.js is in a range such as `>=24.16`.
 * @param range `>=`, a major and a minor version.
 */
export function isNodeNewEnough(version: string, range: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [majorMin = 0, minorMin = 0] = range.replace(">=", "").split(".").map(Number);
  return major > majorMin || (major === majorMin && minor >= minorMin);
}
