import { join } from "node:path";
import ts from "typescript";

/** How a consumer has set up its compiler. */
export interface CompilerSetup {
  resolution: "bundler" | "nodenext";
  /** Whether the types of a DOM are there. */
  hasDom: boolean;
}

/** Compiles programs of a folder as strictly as TypeScript can, and returns what it complains about. */
export function compile(
  directory: string,
  files: readonly string[],
  { resolution, hasDom }: CompilerSetup,
): string[] {
  const isNode = resolution === "nodenext";
  const paths = files.map((file) => join(directory, file));
  const program = ts.createProgram(paths, {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    target: ts.ScriptTarget.ES2022,
    module: isNode ? ts.ModuleKind.NodeNext : ts.ModuleKind.ESNext,
    moduleResolution: isNode ? ts.ModuleResolutionKind.NodeNext : ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", ...(hasDom ? ["lib.dom.d.ts", "lib.dom.iterable.d.ts"] : [])],
    types: [],
    outDir: join(directory, "out"),
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(toText);
}

function toText({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, " ");
  if (!file || start === undefined) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName}:${line + 1} ${text}`;
}
