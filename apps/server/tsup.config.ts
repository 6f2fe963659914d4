import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/main.ts"],
  format: "esm",
  target: "node24",
  platform: "node",
  // One file: our packages are in it (they are development dependencies), those of npm are not.
  splitting: false,
  clean: true,
  sourcemap: true,
  // There is no module called sqlite, only node:sqlite.
  removeNodeProtocol: false,
  // A young generation in which what one request allocates dies before it is copied. `npm run serve` sets the same.
  banner: { js: "#!/usr/bin/env -S node --max-semi-space-size=32" },
});
