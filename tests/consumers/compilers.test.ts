import { afterAll, beforeAll, describe, it } from "vitest";
import { type CompilerSetup, compile, strict } from "./compile.ts";
import { expectTalk } from "./expect-talk.ts";
import { newProject, type Project } from "./project.ts";
import { compilerVersions } from "./tools.ts";

// How modules are found: as bundlers do, and as Node does.
const resolutions = [
  { module: "esnext", moduleResolution: "bundler" },
  { module: "node16", moduleResolution: "node16" },
  { module: "nodenext", moduleResolution: "nodenext" },
];
const dom = ["dom", "dom.iterable"];

const setups: CompilerSetup[] = resolutions.flatMap((resolution) =>
  [true, false].map((hasDom) => ({
    name: `${resolution.moduleResolution} ${hasDom ? "with" : "without"} DOM`,
    files: hasDom ? ["talk.ts", "browser.ts"] : ["talk.ts"],
    options: {
      ...strict,
      ...resolution,
      verbatimModuleSyntax: true,
      lib: ["es2022", ...(hasDom ? dom : [])],
    },
  })),
);

// As create-next-app writes it, but that libraries are checked too.
const next: CompilerSetup = {
  name: "as Next.js does",
  files: ["talk.ts", "browser.ts"],
  options: {
    target: "es2017",
    lib: [...dom, "esnext"],
    allowJs: true,
    skipLibCheck: false,
    strict: true,
    esModuleInterop: true,
    module: "esnext",
    moduleResolution: "bundler",
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: "preserve",
  },
};

const common: CompilerSetup = {
  name: "CommonJS",
  files: ["common.cts"],
  options: { ...strict, module: "nodenext", moduleResolution: "nodenext" },
};

let project: Project;
beforeAll(async () => {
  project = await newProject("tests/consumers/programs");
});
afterAll(() => project?.[Symbol.asyncDispose]());

describe.each(compilerVersions)("TypeScript %s", (version) => {
  it.concurrent.each([...setups, next])("compiles a program that runs: $name", async (setup) => {
    const out = await compile(project.directory, version, setup);
    await expectTalk(project.directory, `${out}/talk.js`);
  });

  it("compiles CommonJS", async () => {
    await compile(project.directory, version, common);
  });
});
