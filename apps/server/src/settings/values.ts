import { z } from "zod";
import { isLoopbackHost } from "../auth/trust.ts";

/** A whole number from 0 on, as text. */
export function wholeNumber(max: number) {
  return z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) <= max, {
      error: `must be a whole number from 0 to ${max}`,
    })
    .transform(Number);
}

export const processesMax = 64;

/** Tells whether a text is a number of processes. */
export function isProcessCount(value: string): boolean {
  return /^\d{1,2}$/.test(value) && Number(value) >= 1 && Number(value) <= processesMax;
}

// What a client can send behind `Bearer` (RFC 6750, section 2.1).
const apiKeyPattern = /^(?=.{32,512}$)[\w\-.~+/]+=*$/;
/** What a server key is, for people. */
export const apiKeyText = "keys of 32 to 512 characters (A-Z a-z 0-9 - . _ ~ + /)";

/** Tells whether a text is long enough for a server key, and can be sent as one. */
export function isApiKey(value: string): boolean {
  return apiKeyPattern.test(value);
}

export const secretBytesMin = 32;

/** Tells whether a text is long enough to sign user tokens with. */
export function isSecret(value: string): boolean {
  return Buffer.byteLength(value) >= secretBytesMin;
}

/** Comma-separated values. */
export function list() {
  return z.string().transform((value) =>
    value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );
}

/** Tells whether a URL is one that a server on this machine or, encrypted, elsewhere answers. */
export function isKeySetUrl(value: string): boolean {
  if (!isHttpUrl(value)) return false;
  const { protocol, host } = new URL(value);
  return protocol === "https:" || isLoopbackHost(host);
}

/** Tells whether a URL can be fetched: one with a password in it cannot. */
export function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "";
}

/** Tells whether a text is an origin. Apps have origins with schemes of their own (capacitor://localhost), which URL does not know. */
export function isOrigin(value: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s*]+$/.test(value)) return false;
  return !value.startsWith("http") || (URL.canParse(value) && new URL(value).origin === value);
}
