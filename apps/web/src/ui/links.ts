/** A part of a text: a link, or what is between links. */
export type TextPart = { text: string; href?: string };

// Not the characters that turn the direction of a text: an address would read as another one.
const address = /https?:\/\/[^\s<>"'`\p{Cc}\p{Bidi_Control}]+/giu;

/** Splits a text at the web addresses in it. Only `http` and `https` are links, whatever else is written. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const found = trimEnd(match[0]);
    const href = toHref(found);
    if (href === undefined) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

// A full stop or a bracket after an address belongs to the sentence, a closing bracket only if it was opened before.
function trimEnd(found: string): string {
  let address = found.replace(/[.,:;!?…»”’]+$/u, "");
  while (/[)\]]$/.test(address)) {
    const [open, close] = address.endsWith(")") ? ["(", ")"] : ["[", "]"];
    const isOpened = address.split(open ?? "").length >= address.split(close ?? "").length;
    if (isOpened) break;
    address = address.slice(0, -1).replace(/[.,:;!?]+$/u, "");
  }
  return address;
}

function toHref(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, href, hostname, username, password } = new URL(text);
  // What stands before an @ looks like the host that one goes to.
  if (hostname === "" || username + password !== "") return undefined;
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}
