import { splitLinks } from "./links.ts";

/** A text as it is, with its web addresses clickable. Nothing in it is ever read as markup. */
export function LinkedText({ text }: { text: string }) {
  let start = 0;
  return splitLinks(text).map((part) => {
    const key = start;
    start += part.text.length;
    if (part.href === undefined) return part.text;
    return (
      <a key={key} href={part.href} target="_blank" rel="noopener noreferrer" dir="ltr">
        {part.text}
      </a>
    );
  });
}
