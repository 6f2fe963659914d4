import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installPythonTools } from "../support/python-tools.ts";

const execute = promisify(execFile);
const requirements = fileURLToPath(new URL("./requirements.txt", import.meta.url));

/** The folder of what is shipped beside the package. */
export const deployFolder = fileURLToPath(new URL("../../deploy/", import.meta.url));

/** Reads a file of the folder. */
export function readDeploy(name: string): Promise<string> {
  return readFile(join(deployFolder, name), "utf8");
}

/** What the tests look at in compose.yaml. */
export interface ComposeFile {
  services: Record<
    string,
    { stop_grace_period: string; environment: Record<string, string>; image: string }
  >;
}

interface Probe {
  httpGet: { path: string };
}

/** What the tests look at in the Deployment of Kubernetes. */
export interface DeploymentFile {
  spec: {
    template: {
      spec: {
        terminationGracePeriodSeconds: number;
        securityContext: { runAsUser: number };
        containers: [
          {
            ports: { name: string; containerPort: number }[];
            env: { name: string; value: string }[];
            lifecycle: { preStop: { sleep: { seconds: number } } };
            startupProbe: Probe;
            livenessProbe: Probe;
            readinessProbe: Probe;
          },
        ];
      };
    };
  };
}

const toJson = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";

/** Reads a file of YAML, with the YAML that the linters bring. */
export async function readYaml<TFile>(name: string): Promise<TFile> {
  const python = join(await installLinters(), "python");
  const { code, said } = await runTool(python, ["-c", toJson, name]);
  if (code !== 0) throw new Error(said);
  return JSON.parse(said);
}

/** How a tool ended. */
export interface ToolResult {
  code: number;
  /** All that it printed, on both outputs. */
  said: string;
}

/** Installs the tools that lint the files, and returns the folder of their programs. */
export function installLinters(): Promise<string> {
  return installPythonTools("linters", requirements);
}

/** Runs a tool in the folder to its end. */
export async function runTool(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ToolResult> {
  const options = { cwd: deployFolder, env: { ...process.env, ...env }, timeout: 60_000 };
  try {
    const { stdout, stderr } = await execute(program, args, options);
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string };
    // It is missing, or was ended.
    if (typeof code !== "number") throw error;
    return { code, said: stdout + stderr };
  }
}
