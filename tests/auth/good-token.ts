import { forge, inSeconds, type Parts } from "./forge.ts";

export const secret = "a secret of at least 32 bytes, for tests";
export const apiKey = "cnk_a-key-of-a-server-that-is-long-enough";
export const issuer = "https://issuer.example/";
export const audience = "chat";

export const header = { alg: "HS256", typ: "JWT" };
export const claims = () => ({ sub: "ann", iss: issuer, aud: audience, exp: inSeconds(60) });

/** Writes a token that is good but for what is replaced. */
export function write({ payload, ...parts }: Parts = {}): string {
  return forge({ header, payload: payload ?? claims(), secret, ...parts });
}

/** Writes one with other claims; `undefined` leaves a claim out. */
export function claim(others: object): string {
  return write({ payload: { ...claims(), ...others } });
}

/** Writes one with more in its header. */
export function head(others: object, parts: Parts = {}): string {
  return write({ header: { ...header, ...others }, ...parts });
}

/** Writes one whose payload is the given JSON, with the good claims in the place of `...`. */
export function json(text: string): string {
  return write({ payload: text.replace("...", JSON.stringify(claims()).slice(1, -1)) });
}

/** Takes a good token's three parts and puts them together in another way. */
export function parts(
  join: (header: string, payload: string, signature: string) => string,
): string {
  const [first = "", second = "", third = ""] = write().split(".");
  return join(first, second, third);
}
