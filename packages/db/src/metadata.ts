/** A value of JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [name: string]: JsonValue };

/** What an application keeps with a message: a JSON object of at most 8 KiB and 5 levels. */
export type Metadata = { [name: string]: JsonValue };

/** The greatest size of metadata, in bytes of JSON. */
export const metadataBytesMax = 8 * 1024;
/** How many levels of objects and arrays metadata can have. */
export const metadataLevelsMax = 5;

/** Tells whether a value can be the metadata of a message. */
export function isMetadata(value: unknown): value is Metadata {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // Levels first: JSON.stringify would overflow the stack on very deep values.
  if (!isJson(value, metadataLevelsMax)) return false;
  return Buffer.byteLength(JSON.stringify(value)) <= metadataBytesMax;
}

function isJson(value: unknown, levelsLeft: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object": {
      if (value === null) return true;
      if (levelsLeft === 0) return false;
      if (Array.isArray(value)) return value.every((item) => isJson(item, levelsLeft - 1));
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== null && prototype !== Object.prototype) return false;
      return Object.values(value).every((item) => isJson(item, levelsLeft - 1));
    }
    default:
      return false;
  }
}

/** Writes metadata as the text that stores keep. */
export function toMetadataText(metadata: Metadata): string {
  return JSON.stringify(metadata);
}

/** Reads metadata from the text that stores keep. */
export function readMetadata(text: string): Metadata {
  return JSON.parse(text) as Metadata;
}

/** Writes metadata as JSON in which the order of names does not matter. */
export function sortNames(metadata: Metadata): string {
  return JSON.stringify(metadata, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b))),
    );
  });
}
