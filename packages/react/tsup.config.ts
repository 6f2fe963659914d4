import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts"],
  tsconfig: "src/tsconfig.json",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  dts: true,
  clean: true,
  minify: false,
  sourcemap: true,
  // The hooks belong to client components: https://react.dev/reference/rsc/use-client
  banner: { js: '"use client";' },
});
