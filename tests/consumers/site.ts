import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { type HttpServer, startHttp } from "../sdk/http.ts";

const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/** Serves a folder, as any file server does. */
export function startSite(directory: string): Promise<HttpServer> {
  return startHttp(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const file = await readFile(join(directory, pathname)).catch(() => undefined);
    response.statusCode = file ? 200 : 404;
    response.setHeader("content-type", types[extname(pathname)] ?? "text/plain");
    response.end(file);
  });
}
