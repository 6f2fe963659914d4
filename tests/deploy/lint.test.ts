import { mkdtempDisposable, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { deployFolder, installLinters, readDeploy, runTool } from "./deploy-files.ts";

const resources = [
  "kubernetes/deployment.yaml",
  "kubernetes/ingress.yaml",
  "kubernetes/pod-disruption-budget.yaml",
  "kubernetes/service.yaml",
];
// What has no tool here says so; what has one fails without it.
const hasSystemd = await isThere("systemd-analyze");
const hasKubectl = await isThere("kubectl");

let bin = "";
beforeAll(async () => {
  bin = await installLinters();
}, 300_000);

function isThere(program: string): Promise<boolean> {
  return runTool(program, ["--help"]).then(
    () => true,
    () => false,
  );
}

it("has a Dockerfile of which hadolint has nothing to say", async () => {
  const found = await runTool(join(bin, "hadolint"), ["--ignore=DL3059", "Dockerfile"]);
  expect(found).toEqual({ code: 0, said: "" });
});

it("has a compose file that is as the specification says", async () => {
  const args = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"];
  const found = await runTool(join(bin, "python"), [...args, "compose.yaml"]);
  expect(found).toMatchObject({ code: 0 });
});

it("has no field that the schema of Kubernetes does not know", async () => {
  const found = await readdir(join(deployFolder, "kubernetes"));
  const named = resources.map((name) => name.replace("kubernetes/", ""));
  expect(found.toSorted()).toEqual([...named, "kustomization.yaml"].toSorted());
  const args = ["-m", "kubernetes_validate", "--strict", "-k", "1.34"];
  const result = await runTool(join(bin, "python"), [...args, ...resources]);
  expect(result, result.said).toMatchObject({ code: 0 });
});

describe("the linters", () => {
  it.each([
    ["hadolint", ["-"], "FROM node\nRUN cd / && sudo ls\n"],
    ["caddy", ["adapt", "--config", "FILE"], "localhost {\n\tno_such_directive\n}\n"],
    [
      "python",
      ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "FILE"],
      "services:\n  a:\n    imagee: b\n",
    ],
    [
      "python",
      ["-m", "kubernetes_validate", "--strict", "-k", "1.34", "FILE"],
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  portss: []\n",
    ],
  ])("find what is wrong: %s %j", async (program, args, text) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-lint-"));
    const file = join(folder.path, "wrong.yaml");
    await writeFile(file, text);
    const names = args.map((arg) => (arg === "FILE" || arg === "-" ? file : arg));
    expect((await runTool(join(bin, program), names)).code).not.toBe(0);
  });
});

it("has a Caddyfile that Caddy takes, and would not format otherwise", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-caddy-"));
  const env = { XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path };
  const caddy = join(bin, "caddy");
  const options = ["--config", "Caddyfile", "--adapter", "caddyfile"];
  const valid = await runTool(caddy, ["validate", ...options], env);
  expect(valid).toMatchObject({ code: 0, said: expect.stringContaining("Valid configuration") });
  expect(valid.said).not.toContain('"level":"warn"');
  expect((await runTool(caddy, ["fmt", "Caddyfile"], env)).said).toBe(
    await readDeploy("Caddyfile"),
  );
});

it.runIf(hasSystemd)("has units that systemd takes, of a service that can do little", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-units-"));
  const names = await readdir(join(deployFolder, "systemd"));
  for (const name of names) {
    const text = await readDeploy(`systemd/${name}`);
    // What they start is not installed here.
    const started = text.replaceAll("/opt/chatnest/node_modules/.bin/chatnest", process.execPath);
    await writeFile(join(folder.path, name), started);
  }
  const units = names.map((name) => join(folder.path, name));
  expect(await runTool("systemd-analyze", ["verify", ...units])).toEqual({ code: 0, said: "" });
  for (const unit of units.filter((one) => one.endsWith(".service"))) {
    // Of 100, that is 2.0 of 10: OK.
    const args = ["security", "--offline=true", "--threshold=20", unit];
    const result = await runTool("systemd-analyze", args);
    expect(result, result.said).toMatchObject({ code: 0 });
  }
});

it.runIf(hasKubectl)("has a kustomization that names all resources", async () => {
  const { code, said } = await runTool("kubectl", ["kustomize", "kubernetes"]);
  expect(code).toBe(0);
  expect(said.match(/^kind: .+$/gm)?.toSorted()).toEqual([
    "kind: Deployment",
    "kind: Ingress",
    "kind: PodDisruptionBudget",
    "kind: Service",
  ]);
  expect(said).toContain("image: registry.example.com/chatnest:");
});
