import { hash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Context, Handler } from "hono";
import { accepts } from "hono/accepts";
import type { AppEnv } from "../app-env.ts";
import { isUnchanged } from "../http/etag.ts";
import { respond } from "../http/respond.ts";

/** A file that is the same for every client as long as the server runs. */
export interface Asset {
  contentType: string;
  /** Called once, at the first request. */
  load(): Uint8Array | Promise<Uint8Array>;
}

interface LoadedAsset {
  bytes: Uint8Array<ArrayBuffer>;
  compressed: Uint8Array<ArrayBuffer>;
  etag: string;
}

const compress = promisify(gzip);

/** Serves an asset, compressed once, with the headers that a browser needs to cache it. */
export function serveAsset({ contentType, load }: Asset): Handler<AppEnv> {
  let loading: Promise<LoadedAsset> | undefined;

  async function loadOnce(): Promise<LoadedAsset> {
    try {
      loading ??= prepare(await load());
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  }

  return async (c) => {
    const { bytes, compressed, etag } = await loadOnce();
    const kept = { "cache-control": "no-cache", etag, vary: "Accept-Encoding" };
    if (isUnchanged(c.req.header("if-none-match"), etag)) {
      return respond(c, { status: 304, headers: kept, body: null });
    }
    const isCompressed = acceptsGzip(c);
    const headers = {
      ...kept,
      "content-type": contentType,
      ...(isCompressed && { "content-encoding": "gzip" }),
    };
    return respond(c, { status: 200, headers, body: isCompressed ? compressed : bytes });
  };
}

async function prepare(loaded: Uint8Array): Promise<LoadedAsset> {
  const bytes = new Uint8Array(loaded);
  // Weak, since it names the bytes before they are compressed.
  const etag = `W/"${hash("sha1", bytes, "base64url")}"`;
  return { bytes, compressed: new Uint8Array(await compress(bytes)), etag };
}

function acceptsGzip(c: Context<AppEnv>): boolean {
  const supports = ["gzip", "identity"];
  return accepts(c, { header: "Accept-Encoding", supports, default: "identity" }) === "gzip";
}
