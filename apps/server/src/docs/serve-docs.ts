import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { secureHeaders } from "hono/secure-headers";
import type { Wrap } from "../http/handling.ts";
import { bothForms } from "../http/paths.ts";
import { respond } from "../http/respond.ts";
import type { Routes } from "../http/routes.ts";
import { createOpenApiDocument } from "../rest/openapi/document.ts";
import { type Asset, serveAsset } from "./assets.ts";

const require = createRequire(import.meta.url);

// Only files of this server: no inline script and no style attribute in the page.
const setSecureHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  // Left to the proxy that terminates TLS.
  strictTransportSecurity: false,
});

const toPage = (basePath: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>ChatNest API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${basePath}/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${basePath}/docs/swagger-ui-bundle.js"></script>
    <script src="${basePath}/docs/start.js"></script>
  </body>
</html>
`;

const toStart = (basePath: string) => `SwaggerUIBundle({
  url: "${basePath}/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

/** Serves the documentation: the OpenAPI document, and a page that shows it and loads only files of this server. */
export function serveDocs(routes: Routes, basePath = ""): void {
  const assets: Record<string, Asset> = {
    "/docs": {
      contentType: "text/html; charset=utf-8",
      load: () => Buffer.from(toPage(basePath)),
    },
    "/docs/start.js": {
      contentType: "text/javascript; charset=utf-8",
      load: () => Buffer.from(toStart(basePath)),
    },
    "/docs/swagger-ui-bundle.js": {
      contentType: "text/javascript; charset=utf-8",
      load: () => readSwaggerUi("swagger-ui-bundle.js"),
    },
    "/docs/swagger-ui.css": {
      contentType: "text/css; charset=utf-8",
      load: () => readSwaggerUi("swagger-ui.css"),
    },
    "/openapi.json": {
      contentType: "application/json",
      load: () => Buffer.from(JSON.stringify(createOpenApiDocument(basePath))),
    },
  };
  for (const [path, asset] of Object.entries(assets)) {
    routes.on("GET", bothForms(path), secure(serveAsset(asset)));
  }
  const headers = { location: `${basePath}/docs` };
  routes.on("GET", ["/"], (c) => respond(c, { status: 302, headers, body: null }));
}

const secure: Wrap = (handler) => async (c, next) => {
  await setSecureHeaders(c, async () => {
    c.res = (await handler(c, next)) as Response;
  });
  return c.res;
};

// The published package has the files beside its code, and not the package that they come from.
function readSwaggerUi(name: string): Promise<Buffer> {
  const built = new URL(`./swagger-ui/${name}`, import.meta.url);
  return readFile(existsSync(built) ? built : require.resolve(`swagger-ui-dist/${name}`));
}
