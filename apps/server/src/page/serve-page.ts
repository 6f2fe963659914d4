import type { Handler } from "hono";
import { accepts } from "hono/accepts";
import type { AppEnv } from "../app-env.ts";
import { isUnchanged } from "../http/etag.ts";
import { respond } from "../http/respond.ts";
import type { Routes } from "../http/routes.ts";
import type { PageFile } from "./page-files.ts";

// Files of this server alone, no script or style inside the page, and no text that becomes a script.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const security = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

/** Serves the page at `/` and its files. Every view of it is a query of `/`, so that no other path is taken. */
export function servePage(routes: Routes, files: readonly PageFile[]): void {
  for (const file of files) routes.on("GET", [file.path], serveFile(file));
}

function serveFile(file: PageFile): Handler<AppEnv> {
  const { contentType, bytes, compressed, etag, isHashed } = file;
  const kept = {
    ...security,
    "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
    etag,
    vary: "Accept-Encoding",
  };
  return (c) => {
    if (isUnchanged(c.req.header("if-none-match"), etag)) {
      return respond(c, { status: 304, headers: kept, body: null });
    }
    const supports = ["gzip", "identity"];
    const accepted = accepts(c, { header: "Accept-Encoding", supports, default: "identity" });
    const body = accepted === "gzip" && compressed ? compressed : bytes;
    const headers = {
      ...kept,
      "content-type": contentType,
      "content-length": String(body.byteLength),
      ...(body === compressed && { "content-encoding": "gzip" }),
    };
    return respond(c, { status: 200, headers, body });
  };
}
