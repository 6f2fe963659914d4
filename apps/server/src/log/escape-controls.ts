/** Escapes every character of a text that could steer a terminal (Unicode's category C), such as ESC as `\u{1b}`. */
export function escapeControls(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
