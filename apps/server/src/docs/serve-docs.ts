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

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>ChatNest API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

/** Serves the documentation: the OpenAPI document, and a page that shows it and loads only files of this server. */
export function serveDocs(routes: Routes): void {
  const assets: Record<string, Asset> = {
    "/docs": {
      contentType: "text/html; charset=utf-8",
      load: () => Buffer.from(page),
    },
    "/docs/start.js": {
      contentType: "text/javascript; charset=utf-8",
      load: () => Buffer.from(start),
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
      load: () => Buffer.from(JSON.stringify(createOpenApiDocument())),
    },
  };
  for (const [path, asset] of Object.entries(assets)) {
    routes.on("GET", bothForms(path), secure(serveAsset(asset)));
  }
  const headers = { location: "/docs" };
  routes.on("GET", ["/"], (c) => respond(c, { status: 302, headers, body: null }));
}

const secure: Wrap = (handler) => async (c, next) => {
  await setSecureHeaders(c, async () => {
    c.res = (await handler(c, next)) as Response;
  });
  return c.res;
};

function readSwaggerUi(name: string): Promise<Buffer> {
  return readFile(require.resolve(`swagger-ui-dist/${name}`));
}
