/** Escapes every character that could control a terminal (Unicode category C): ESC becomes `\u{1b}`. */
export function escapeControls(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
