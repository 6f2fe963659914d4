import { copyFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";

const shared: Options = {
  tsconfig: "src/tsconfig.json",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  // Everything is bundled: installing the client installs nothing else.
  noExternal: [/.*/],
};

export default defineConfig(async () => {
  // The `clean` of one build would remove the declarations of the other.
  await rm("dist", { recursive: true, force: true });
  return [
    {
      ...shared,
      entry: ["src/index.ts"],
      dts: true,
      // Readable in stack traces; the app's bundler minifies it.
      minify: false,
      sourcemap: true,
      async onSuccess() {
        // The MIT license asks that the notice travels with the bundled code.
        await copyLicense("eventsource-parser", "dist/eventsource-parser.LICENSE");
      },
    },
    {
      ...shared,
      // In a folder as its source is, so that `../index.js` is the client in both: its classes exist once.
      entry: ["src/outbox/index.ts"],
      outDir: "dist/outbox",
      tsconfig: "src/outbox/tsconfig.json",
      external: ["../index.js"],
      noExternal: [],
      dts: true,
      sourcemap: true,
    },
    // A build of its own, so that each entry's declarations are one file; tRPC's types come from the peer dependency.
    { ...shared, entry: ["src/trpc.ts"], noExternal: [], dts: true },
  ];
});

async function copyLicense(name: string, target: string): Promise<void> {
  await copyFile(fileURLToPath(new URL("../LICENSE", import.meta.resolve(name))), target);
}
