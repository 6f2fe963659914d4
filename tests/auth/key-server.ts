import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { inSeconds } from "./forge.ts";

/** What a provider of identities signs with. */
export interface SigningKey {
  alg: "RS256" | "ES256" | "EdDSA" | "RS384";
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** Makes a key, of 2,048 bits where that can be chosen. */
export function createSigningKey(alg: SigningKey["alg"], kid: string, bits = 2_048): SigningKey {
  switch (alg) {
    case "ES256":
      return { alg, kid, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
    case "EdDSA":
      return { alg, kid, ...generateKeyPairSync("ed25519") };
    default:
      return { alg, kid, ...generateKeyPairSync("rsa", { modulusLength: bits }) };
  }
}

/** Writes a key as key sets do (RFC 7517), with `others` in the place of what it is. */
export function toJwk({ publicKey, alg, kid }: SigningKey, others: object = {}): object {
  return { ...publicKey.export({ format: "jwk" }), alg, kid, use: "sig", ...others };
}

/** Writes what `Authorization` holds: a token of ann that is good for an hour, with `header` in the place of what is said of its key. */
export async function signBy(
  { alg, kid, privateKey }: SigningKey,
  header: object = {},
): Promise<string> {
  const token = new SignJWT({ sub: "ann", exp: inSeconds(3_600) });
  return `Bearer ${await token.setProtectedHeader({ alg, kid, ...header }).sign(privateKey)}`;
}

/** A server of key sets, which answers as it is told. */
export interface KeyServer extends AsyncDisposable {
  url: string;
  /** How often it was asked. */
  asked: number;
  answer: (response: ServerResponse) => void;
  /** Answers with these keys from now on. */
  publish(keys: readonly object[]): void;
}

/** Starts one on a free port. */
export async function startKeyServer(keys: readonly object[] = []): Promise<KeyServer> {
  const http = createServer((_, response) => {
    server.asked++;
    server.answer(response);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const server: KeyServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/keys`,
    asked: 0,
    answer: () => {},
    publish(published) {
      server.answer = (response) => response.end(JSON.stringify({ keys: published }));
    },
    async [Symbol.asyncDispose]() {
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
  server.publish(keys);
  return server;
}
