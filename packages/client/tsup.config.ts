import { copyFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts"],
  tsconfig: "src/tsconfig.json",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  // All of it is inside, so that installing the client installs nothing else.
  noExternal: [/.*/],
  dts: true,
  // Readable, since every bundler minifies and stack traces are read.
  minify: false,
  sourcemap: true,
  clean: true,
  async onSuccess() {
    // MIT asks that the notice travels with the code that is inside.
    const license = new URL("../LICENSE", import.meta.resolve("@trpc/client"));
    await copyFile(fileURLToPath(license), "dist/trpc.LICENSE");
  },
});
