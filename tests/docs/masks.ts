// What is another one at each run, and what stands for it.
const masks: readonly [RegExp, string][] = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "<time>"],
  [/^id: \S+-(\d+)$/gm, "id: <epoch>-$1"],
  [/^retry: \d+$/gm, "retry: <ms>"],
  [/\b[\d.]+ (?:ms|s)\b/g, "<duration>"],
  [/cnk_[\w-]+/g, "<key>"],
];

/** Puts names in the place of what is another one at each run. */
export function mask(text: string): string {
  return masks.reduce((masked, [pattern, name]) => masked.replaceAll(pattern, name), text).trim();
}

/** Reads masked JSON. */
export function maskJson(text: string): unknown {
  return JSON.parse(mask(text));
}
