/** A block of code in a page. */
export interface Block {
  language: string;
  /** What follows the language: `fails` means that it must, `stop` that the server is stopped before it. */
  flags: readonly string[];
  code: string;
  /** What the page shows as its output: the block that follows at once. */
  output: { language: string; text: string } | undefined;
  /** The line on which it begins. */
  line: number;
}

const outputs = new Set(["text", "json"]);

/** Reads the blocks of a page in their order. Those that show an output are with the block that makes it. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let end = -1;
  for (const match of markdown.matchAll(/^```(\S+)(.*)\n((?:.*\n)*?)```$/gm)) {
    const [whole, language = "", flags = "", code = ""] = match;
    const before = blocks.at(-1);
    const isOutput = outputs.has(language) && markdown.slice(end, match.index).trim() === "";
    if (isOutput && before) before.output = { language, text: code };
    else {
      blocks.push({
        language,
        flags: flags.split(" ").filter((flag) => flag !== ""),
        code,
        output: undefined,
        line: markdown.slice(0, match.index).split("\n").length,
      });
    }
    end = match.index + whole.length;
  }
  return blocks;
}
