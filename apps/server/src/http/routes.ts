import type { Handler } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Wrap } from "./handling.ts";

/** Where handlers are registered. A Hono app is one. */
export interface Routes {
  on(methods: string | string[], paths: string[], handler: Handler<AppEnv>): unknown;
}

/** Wraps every handler before it is registered. */
export function wrapRoutes(routes: Routes, wrap: Wrap): Routes {
  return { on: (methods, paths, handler) => routes.on(methods, paths, wrap(handler, paths[0])) };
}
