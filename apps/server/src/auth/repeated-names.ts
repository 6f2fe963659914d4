// Strings first, so that what stands in them is not taken for structure.
const tokenPattern = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g;

/**
 * Says whether the outermost object of a JSON text has a name twice. `JSON.parse` takes the last of them, other readers take
 * the first: what two of them understand differently is not to be trusted (RFC 7519, section 4).
 */
export function hasRepeatedNames(json: string): boolean {
  const names = new Set<string>();
  let depth = 0;
  for (const [token, text, colon] of json.matchAll(tokenPattern)) {
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (depth !== 1 || text === undefined || colon === undefined) continue;
    const name = JSON.parse(text) as string;
    if (names.has(name)) return true;
    names.add(name);
  }
  return false;
}
