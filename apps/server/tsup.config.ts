import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { defineConfig, type Options } from "tsup";

const require = createRequire(import.meta.url);

const shared: Options = {
  format: "esm",
  target: "node24",
  platform: "node",
  // One file each: our packages are in it (they are development dependencies), those of npm are not.
  splitting: false,
  sourcemap: true,
  // There is no module called sqlite, only node:sqlite.
  removeNodeProtocol: false,
};

const commandLine = "command-line";

// What the program loads after it has checked the version of Node.js.
const commandLineApart: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "command-line-apart",
  setup(build) {
    build.onResolve({ filter: /^\.\/cli\/index\.ts$/ }, () => ({
      path: `./${commandLine}.js`,
      external: true,
    }));
  },
};

export default defineConfig(async () => {
  // The `clean` of one build would remove the files of the other.
  await rm("dist", { recursive: true, force: true });
  return [
    {
      ...shared,
      entry: ["src/main.ts"],
      esbuildPlugins: [commandLineApart],
      // A young generation in which what one request allocates dies before it is copied. `npm run serve` sets the same.
      banner: { js: "#!/usr/bin/env -S node --max-semi-space-size=32" },
      async onSuccess() {
        await copySwaggerUi();
        await copyPage();
      },
    },
    { ...shared, entry: { [commandLine]: "src/cli/index.ts" } },
    {
      ...shared,
      entry: ["src/index.ts"],
      sourcemap: false,
      dts: true,
      tsconfig: "tsconfig.dts.json",
    },
  ];
});

// Their package would bring a script along that reports installations.
async function copySwaggerUi(): Promise<void> {
  const from = dirname(require.resolve("swagger-ui-dist/package.json"));
  await mkdir("dist/swagger-ui", { recursive: true });
  const bundle = "swagger-ui-bundle.js";
  for (const name of [bundle, `${bundle}.LICENSE.txt`, "swagger-ui.css", "LICENSE", "NOTICE"]) {
    await copyFile(join(from, name), join("dist/swagger-ui", name));
  }
}

// The page that the server shows at `/`.
async function copyPage(): Promise<void> {
  await cp("../web/dist", "dist/page", { recursive: true });
  for (const name of await readdir("dist/page", { recursive: true })) {
    if (!/\.(?:html|js|css|svg)$/.test(name)) continue;
    const path = join("dist/page", name);
    const bytes = await readFile(path);
    const compressed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
    if (compressed.length < bytes.length) await writeFile(`${path}.gz`, compressed);
  }
}
