import { readFile } from "node:fs/promises";
import { settingsTable } from "chatnest/settings";
import { beforeAll, expect, it } from "vitest";
import {
  type ComposeFile,
  type DeploymentFile,
  installLinters,
  readDeploy,
  readYaml,
} from "./deploy-files.ts";

beforeAll(installLinters, 300_000);

/** What a stop takes after the grace period, in seconds; with several processes it is more. */
const [closing, closingAll] = [7, 9];
const settings = new Map(settingsTable.map((setting) => [setting.name, setting]));

const root = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const defaultOf = (name: string) => settings.get(name)?.default;

/** Lists the names that a text gives a value, as in `NAME=value`. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w-])([A-Z][A-Z0-9_]{2,})=/gm)].map(([, name = ""]) => name);
}

async function readServer(name: string) {
  const { services } = await readYaml<ComposeFile>("compose.yaml");
  const server = services[name];
  if (!server) throw new Error(`there is no service ${name}`);
  return server;
}

async function readPod() {
  return (await readYaml<DeploymentFile>("kubernetes/deployment.yaml")).spec.template.spec;
}

it("sets nothing that is not a setting", async () => {
  const server = await readServer("server1");
  const [container] = (await readPod()).containers;
  const names = [
    ...namesIn(/^ENV (?:.*\\\n)*.*$/m.exec(await readDeploy("Dockerfile"))?.[0] ?? ""),
    ...namesIn(await readDeploy("chatnest.env.example")),
    ...namesIn(await readDeploy("kubernetes/kustomization.yaml")),
    ...(await readDeploy("systemd/chatnest.service"))
      .split("\n")
      .filter((line) => line.startsWith("Environment="))
      .flatMap((line) => namesIn(line.replace("Environment=", ""))),
    ...Object.keys(server.environment),
    ...container.env.map(({ name }) => name),
  ];
  expect(names.length).toBeGreaterThan(12);
  const unknown = names.filter((name) => name !== "NODE_ENV" && !settings.has(name));
  expect(unknown).toEqual([]);
});

it("has one port, one data folder and one user everywhere", async () => {
  const dockerfile = await readDeploy("Dockerfile");
  const port = defaultOf("PORT");
  expect(dockerfile).toContain(`PORT=${port}`);
  expect(dockerfile).toContain(`EXPOSE ${port}\n`);
  expect(dockerfile).toContain("CHATNEST_DATA=/data");
  expect(dockerfile).toContain("VOLUME /data");
  const [, user] = /^USER (\d+):\d+$/m.exec(dockerfile) ?? [];
  expect(user).toBeDefined();
  expect(await readDeploy("Caddyfile")).toContain(`server1:${port} server2:${port}`);
  const pod = await readPod();
  const [{ ports }] = pod.containers;
  expect(ports).toEqual([{ name: "http", containerPort: Number(port) }]);
  expect(String(pod.securityContext.runAsUser)).toBe(user);
  const unit = await readDeploy("systemd/chatnest.service");
  const [, folder] = /^StateDirectory=(\w+)$/m.exec(unit) ?? [];
  expect(unit).toContain(`CHATNEST_DATA=/var/lib/${folder}`);
  expect(await readDeploy("systemd/chatnest-backup.service")).toContain(
    `CHATNEST_DATA=/var/lib/${folder}`,
  );
});

it("gives a server more time to stop than it takes", async () => {
  for (const name of ["server1", "server2"]) {
    const { stop_grace_period, environment } = await readServer(name);
    const grace = Number(environment["CHATNEST_SHUTDOWN_GRACE_S"]);
    expect(Number.parseInt(stop_grace_period, 10)).toBeGreaterThan(grace + closing);
  }
  const pod = await readPod();
  const [{ lifecycle, env }] = pod.containers;
  const setting = env.find(({ name }) => name === "CHATNEST_SHUTDOWN_GRACE_S");
  const { seconds } = lifecycle.preStop.sleep;
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
    seconds + Number(setting?.value) + closing,
  );
  const unit = await readDeploy("systemd/chatnest.service");
  const [, timeout] = /^TimeoutStopSec=(\d+)s$/m.exec(unit) ?? [];
  const grace = Number(defaultOf("CHATNEST_SHUTDOWN_GRACE_S"));
  expect(Number(timeout)).toBeGreaterThan(grace + closingAll);
});

it("asks the probes that there are", async () => {
  const [{ startupProbe, livenessProbe, readinessProbe }] = (await readPod()).containers;
  const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path);
  expect(paths).toEqual(["/livez", "/livez", "/readyz"]);
  expect(await readDeploy("Caddyfile")).toContain("health_uri /readyz");
  expect(await readDeploy("Dockerfile")).toContain("/livez");
});

it("runs on the Node and the package manager of the repository", async () => {
  const dockerfile = await readDeploy("Dockerfile");
  const [, node] = /^ {2}node: (\S+)$/m.exec(await root("pnpm-workspace.yaml")) ?? [];
  const { packageManager } = JSON.parse(await root("package.json"));
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(new Set(images)).toEqual(new Set([`node:${node}-trixie-slim`]));
  const managers = [...dockerfile.matchAll(/pnpm@\S+/g)].map(([name]) => name);
  expect(new Set(managers)).toEqual(new Set([packageManager]));
});

it("starts the server as its own first line does", async () => {
  const config = await root("apps/server/tsup.config.ts");
  const [, options] = /env -S node (\S+)"/.exec(config) ?? [];
  expect(await readDeploy("Dockerfile")).toContain(`ENTRYPOINT ["node", "${options}", `);
});
