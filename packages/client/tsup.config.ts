import { copyFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";

const shared: Options = {
  tsconfig: "src/tsconfig.json",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  // All of it is inside, so that installing the client installs nothing else.
  noExternal: [/.*/],
};

export default defineConfig(async () => {
  // `clean` of one build would take away the declarations of the other.
  await rm("dist", { recursive: true, force: true });
  return [
    {
      ...shared,
      entry: ["src/index.ts"],
      dts: true,
      // Readable, since every bundler minifies and stack traces are read.
      minify: false,
      sourcemap: true,
      async onSuccess() {
        // MIT asks that the notice travels with the code that is inside.
        const license = new URL("../LICENSE", import.meta.resolve("@trpc/client"));
        await copyFile(fileURLToPath(license), "dist/trpc.LICENSE");
      },
    },
    // By itself, so that the declarations of an entry are one file; here tRPC's types are its peer's.
    { ...shared, entry: ["src/trpc.ts"], noExternal: [], dts: true },
  ];
});
