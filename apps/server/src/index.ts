export { createApp } from "./app.ts";
export type { AppDeps } from "./app-deps.ts";
export { readPageFiles } from "./page/page-files.ts";
