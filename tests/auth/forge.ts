import { createHmac } from "node:crypto";

/** Turns a part of a token into its base64url; text stands for itself, anything else for its JSON. */
export function encode(part: unknown): string {
  const text = typeof part === "string" || part instanceof Uint8Array ? part : JSON.stringify(part);
  return Buffer.from(text).toString("base64url");
}

/** What a forged token is made of. */
export interface Parts {
  header?: unknown;
  payload?: unknown;
  /** Signs the two parts before it, as it is to be written. @default HMAC of SHA-256 with `secret` */
  sign?: (signed: string) => string;
  secret?: string;
}

/** Writes a token by hand, since a library would not write a forged one. */
export function forge({ header, payload, sign, secret = "" }: Parts): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${sign ? sign(signed) : hmac(secret)(signed)}`;
}

/** Makes a function that signs with a secret. */
export function hmac(
  secret: string | Uint8Array,
  algorithm = "sha256",
): (signed: string) => string {
  return (signed) => createHmac(algorithm, secret).update(signed).digest("base64url");
}

/** Seconds since 1970, so many from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}
