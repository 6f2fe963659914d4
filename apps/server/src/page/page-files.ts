import { hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the page. */
export interface PageFile {
  /** Where it is served: `/` for the page itself. */
  path: string;
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** The same compressed with gzip; absent where that saves nothing. */
  compressed?: Uint8Array<ArrayBuffer>;
  etag: string;
  /** Whether its name changes with its content. */
  isHashed: boolean;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

// Beside the bundled server.
const builtPage = fileURLToPath(new URL("./page", import.meta.url));

/** Reads the files of the built page, which are few and small; none when the page is not built. */
export async function readPageFiles(directory = builtPage): Promise<PageFile[]> {
  const names = await readdir(directory, { recursive: true }).catch(missingIsNone);
  const served = names.filter((name) => extname(name) in contentTypes);
  return Promise.all(
    served.map(async (name) => {
      const bytes = new Uint8Array(await readFile(join(directory, name)));
      const compressed = names.includes(`${name}.gz`)
        ? new Uint8Array(await readFile(join(directory, `${name}.gz`)))
        : undefined;
      return {
        path: name === "index.html" ? "/" : `/${name.split(sep).join("/")}`,
        contentType: contentTypes[extname(name)] ?? "",
        bytes,
        ...(compressed && { compressed }),
        // Weak, since it names the bytes before they are compressed.
        etag: `W/"${hash("sha1", bytes, "base64url")}"`,
        isHashed: name.startsWith(`assets${sep}`),
      };
    }),
  );
}

function missingIsNone(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
