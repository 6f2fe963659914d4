import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const packages = { chatnest: "apps/server", "@chatnest/client": "packages/client" };

/** Puts both packages into a folder, as npm would, with their programs. */
export async function installPackages(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  for (const [name, path] of Object.entries(packages)) {
    const at = join(modules, name);
    await mkdir(at, { recursive: true });
    await symlink(join(root, path, "dist"), join(at, "dist"));
    await writeFile(
      join(at, "package.json"),
      JSON.stringify({ name, type: "module", exports: "./dist/index.js" }),
    );
  }
  const bin = join(modules, ".bin");
  await mkdir(bin);
  const program = join(modules, "chatnest/dist/main.js");
  const node = process.execPath;
  // npx finds what is installed; curl says nothing of its progress, and fails as HTTP does.
  const programs = {
    npx: `[ "$1" = chatnest ] || exit 1\nshift\nexec ${node} ${program} "$@"`,
    chatnest: `exec ${node} ${program} "$@"`,
    node: `exec ${node} "$@"`,
    curl: `PATH=\${PATH#*:} exec curl --silent --show-error --fail-with-body "$@"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
}
