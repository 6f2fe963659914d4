/** Longer ones are not looked at. The header that Node reads holds 16 KiB in all. */
const tokenLengthMax = 8_192;
// RFC 6750, section 2.1. Several headers arrive as one, joined by commas, which no token holds.
const bearerPattern = /^bearer +([\w\-.~+/]+=*)$/i;

/** Reads the token of an `Authorization` header; `undefined` when it holds none, or none that could be good. */
export function readBearer(header: string): string | undefined {
  if (header.length > tokenLengthMax + "Bearer ".length) return undefined;
  return bearerPattern.exec(header)?.[1];
}
