import { join } from "node:path";
import ts from "typescript";

/**
 * Compiles programs of a folder into `out`, as Node finds modules and as strictly as TypeScript can, and returns what it
 * complains about. `libs` names what else of TypeScript's library is there, beside ES2022 and the DOM.
 */
export function compile(
  directory: string,
  files: readonly string[],
  libs: readonly string[] = [],
): string[] {
  const paths = files.map((file) => join(directory, file));
  const program = ts.createProgram(paths, {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["es2022", "dom", "dom.iterable", ...libs].map((name) => `lib.${name}.d.ts`),
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
