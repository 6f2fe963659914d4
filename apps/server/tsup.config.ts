import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
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
  // The page is served from here, so that the package has it.
  async onSuccess() {
    await rm("dist/page", { recursive: true, force: true });
    await cp("../web/dist", "dist/page", { recursive: true });
    await compressFiles("dist/page");
  },
  // A young generation in which what one request allocates dies before it is copied. `npm run serve` sets the same.
  banner: { js: "#!/usr/bin/env -S node --max-semi-space-size=32" },
});

/** Compresses what is worth it, beside the file. */
async function compressFiles(directory: string): Promise<void> {
  for (const name of await readdir(directory, { recursive: true })) {
    if (!/\.(?:html|js|css|svg)$/.test(name)) continue;
    const bytes = await readFile(join(directory, name));
    const compressed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
    if (compressed.length < bytes.length)
      await writeFile(join(directory, `${name}.gz`), compressed);
  }
}
