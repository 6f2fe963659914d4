import { generateKeyPairSync, sign } from "node:crypto";
import { encode, hmac, inSeconds } from "./forge.ts";
import {
  apiKey,
  claim,
  claims,
  head,
  header,
  issuer,
  json,
  parts,
  secret,
  write,
} from "./good-token.ts";

const attacker = generateKeyPairSync("rsa", { modulusLength: 2048 });
const attackerJwk = attacker.publicKey.export({ format: "jwk" });
const attackerSecret = "the secret of an attacker, 32 bytes and more";
const evil = "https://evil.example/jwks.json";

/** Credentials that are wrong in one way each, and which way that is. */
export const forgeries: [string, () => string][] = [
  ["alg none and no signature", () => head({ alg: "none" }, { sign: () => "" })],
  ["alg None", () => head({ alg: "None" }, { sign: () => "" })],
  ["alg nOnE", () => head({ alg: "nOnE" }, { sign: () => "" })],
  ["alg none and a good signature", () => head({ alg: "none" })],
  ["alg of another length of hash", () => head({ alg: "HS384" }, { sign: hmac(secret, "sha384") })],
  ["alg HS512", () => head({ alg: "HS512" }, { sign: hmac(secret, "sha512") })],
  ["alg in lower case", () => head({ alg: "hs256" })],
  ["alg RS256 over an HMAC", () => head({ alg: "RS256" })],
  ["alg ES256 and an empty signature", () => head({ alg: "ES256" }, { sign: () => "" })],
  [
    "alg EdDSA and zeros for a signature",
    () => head({ alg: "EdDSA" }, { sign: () => "A".repeat(86) }),
  ],
  ["no alg", () => write({ header: { typ: "JWT" } })],
  ["an empty alg", () => head({ alg: "" })],
  ["alg that is a list", () => head({ alg: ["HS256"] })],
  ["alg that is a number", () => head({ alg: 256 })],
  ["alg twice", () => write({ header: '{"alg":"none","alg":"HS256"}' })],

  ["no signature", () => write({ sign: () => "" })],
  ["another secret", () => write({ secret: attackerSecret })],
  ["an empty secret", () => write({ secret: "" })],
  ["the secret with a newline", () => write({ secret: `${secret}\n` })],
  ["half a signature", () => write({ sign: (signed) => hmac(secret)(signed).slice(0, 20) })],
  ["a signature twice", () => write({ sign: (signed) => hmac(secret)(signed).repeat(2) })],
  ["a signature of zeros", () => write({ sign: () => "A".repeat(43) })],
  [
    "the payload of another",
    () => parts((h, _, s) => `${h}.${encode({ ...claims(), sub: "bob" })}.${s}`),
  ],
  ["the header of another", () => parts((_, p, s) => `${encode({ alg: "HS256" })}.${p}.${s}`)],

  ["exp 31 s ago", () => claim({ exp: inSeconds(-31) })],
  ["exp 0", () => claim({ exp: 0 })],
  ["a negative exp", () => claim({ exp: -inSeconds(60) })],
  ["exp that is text", () => claim({ exp: String(inSeconds(60)) })],
  ["exp that is true", () => claim({ exp: true })],
  ["exp that is a list", () => claim({ exp: [inSeconds(60)] })],
  ["exp that is null", () => claim({ exp: null })],
  ["no exp", () => claim({ exp: undefined })],
  ["exp after the year 9999", () => claim({ exp: 253_402_300_800 })],
  ["exp 1e300", () => claim({ exp: 1e300 })],
  ["an infinite exp", () => json(`{"sub":"ann","iss":"${issuer}","aud":"chat","exp":1e999}`)],
  ["nbf in a minute", () => claim({ nbf: inSeconds(60) })],
  ["nbf that is text", () => claim({ nbf: "0" })],

  ["no sub", () => claim({ sub: undefined })],
  ["an empty sub", () => claim({ sub: "" })],
  ["a blank sub", () => claim({ sub: " \u3000" })],
  ["sub of a point", () => claim({ sub: "." })],
  ["sub of two points", () => claim({ sub: ".." })],
  ["sub of 129 characters", () => claim({ sub: "x".repeat(129) })],
  ["sub with a newline", () => claim({ sub: "ann\nbob" })],
  ["sub with a NUL", () => claim({ sub: "ann\0" })],
  ["sub with half a surrogate pair", () => claim({ sub: "ann\ud800" })],
  ["sub that is a number", () => claim({ sub: 1 })],
  ["sub that is a list", () => claim({ sub: ["ann"] })],
  ["sub that is an object", () => claim({ sub: { $ne: null } })],
  ["sub that is null", () => claim({ sub: null })],

  ["another iss", () => claim({ iss: "https://evil.example/" })],
  ["iss without its slash", () => claim({ iss: issuer.slice(0, -1) })],
  ["no iss", () => claim({ iss: undefined })],
  ["iss that is a list", () => claim({ iss: [issuer] })],
  ["another aud", () => claim({ aud: "mail" })],
  ["aud in another case", () => claim({ aud: "Chat" })],
  ["aud without ours", () => claim({ aud: ["mail", "chats"] })],
  ["an empty aud", () => claim({ aud: [] })],
  ["aud that is an object", () => claim({ aud: { chat: true } })],
  ["no aud", () => claim({ aud: undefined })],

  ["crit that nobody knows", () => head({ crit: ["exp"], exp: 1 })],
  ["an empty crit", () => head({ crit: [] })],
  ["crit that is text", () => head({ crit: "b64" })],
  ["b64 false with its crit", () => head({ b64: false, crit: ["b64"] })],
  ["b64 false without its crit", () => head({ b64: false })],
  ["b64 true", () => head({ b64: true, crit: ["b64"] })],
  ["typ of another use", () => head({ typ: "dpop+jwt" })],
  ["typ of an encrypted token", () => head({ typ: "JWE" })],
  ["typ that is a number", () => head({ typ: 1 })],

  ["a token in a token", () => head({ cty: "JWT" }, { payload: write() })],
  ["an attacker's jwk", () => head({ alg: "RS256", jwk: attackerJwk }, { sign: signAsAttacker })],
  [
    "an attacker's symmetric jwk",
    () => head({ jwk: { kty: "oct", k: encode(attackerSecret) } }, { secret: attackerSecret }),
  ],
  ["an attacker's jku", () => head({ jku: evil, kid: "a" }, { secret: attackerSecret })],
  ["an attacker's x5u", () => head({ x5u: evil }, { secret: attackerSecret })],
  ["an attacker's x5c", () => head({ x5c: [encode("certificate")] }, { secret: attackerSecret })],
  ["kid of an empty file", () => head({ kid: "../../../../dev/null" }, { secret: "" })],
  ["kid of a query", () => head({ kid: "x' UNION SELECT 'k'; --" }, { secret: "k" })],
  ["kid of a prototype", () => head({ kid: "__proto__" }, { secret: "" })],
  ["kid that is an object", () => head({ kid: { $ne: 1 } }, { secret: attackerSecret })],

  ["sub twice", () => json('{...,"sub":"bob"}')],
  ["sub twice, one of them escaped", () => json('{"s\\u0075b":"bob",...}')],
  ["exp twice", () => json('{"exp":1,...}')],
  ["a payload that is no JSON", () => write({ payload: "{" })],
  ["an empty payload", () => write({ payload: "" })],
  ["a payload that is a list", () => write({ payload: "[]" })],
  ["a payload that is null", () => write({ payload: "null" })],
  ["a payload that is text", () => write({ payload: '"ann"' })],
  ["a payload that is no UTF-8", () => write({ payload: Buffer.from([0x7b, 0xff, 0x7d]) })],
  ["a header that is no JSON", () => write({ header: "HS256" })],
  ["a header that is a list", () => write({ header: [header] })],
  ["a header that is nested deep", () => write({ header: "[".repeat(4_000) })],

  ["spare bits in its signature", () => parts((h, p, s) => `${h}.${p}.${varySpareBits(s)}`)],
  ["padding", () => parts((h, p, s) => `${h}.${p}.${s}=`)],
  ["the other base64", () => parts((h, p, s) => `${h}.${p}.+/${s.slice(2)}`)],
  ["a point behind it", () => `${write()}.`],
  ["a point before it", () => `.${write()}`],
  ["two parts", () => parts((h, p) => `${h}.${p}`)],
  ["one part", () => parts((h) => h)],
  ["points alone", () => ".."],
  ["five parts, as encrypted ones have", () => parts((h, p, s) => `${h}.${p}.${s}.${p}.${s}`)],
  ["more than 8 KiB", () => claim({ more: "x".repeat(8_192) })],

  ["a key that is none", () => "cnk_another-key-of-a-server-that-is-long"],
  ["a key and a letter", () => `${apiKey}x`],
  ["a key less its last letter", () => apiKey.slice(0, -1)],
  ["a key in upper case", () => apiKey.toUpperCase()],
  ["the secret itself", () => encode(secret)],
];

function signAsAttacker(signed: string): string {
  return sign("sha256", Buffer.from(signed), attacker.privateKey).toString("base64url");
}

// 43 characters hold two bits more than 32 bytes.
function varySpareBits(signature: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = letters.indexOf(signature.slice(-1));
  return signature.slice(0, -1) + letters.charAt(last + 1);
}
