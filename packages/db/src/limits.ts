/** Most code points of a user's or conversation's id. */
export const idLengthMax = 128;
/** Most code points of a message's content. */
export const contentLengthMax = 16_384;
/** Most members that a conversation is created with, and most that it shows. */
export const membersShownMax = 1_000;
/** Most messages that one page holds. */
export const messagePageSizeMax = 1_000;

const messageIdPattern = /^[A-Za-z0-9_-]{8,64}$/;
const controlPattern = /\p{Cc}/u;

/** Says whether both stores give a text back unchanged: well-formed Unicode without NUL. */
export function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes("\0");
}

/** Says whether a text has 1 to `max` code points. */
export function hasLength(value: string, max: number): boolean {
  // UTF-16 units are at least as many as code points, and at most twice as many.
  if (value.length === 0 || value.length > 2 * max) return false;
  return value.length <= max || [...value].length <= max;
}

/** Says whether a text can be the id of a user or a conversation. */
export function isId(value: string): boolean {
  return (
    hasLength(value, idLengthMax) &&
    isText(value) &&
    !controlPattern.test(value) &&
    value.trim() !== "" &&
    value !== "." &&
    value !== ".."
  );
}

/** Says whether a text can be the id of a message. */
export function isMessageId(value: string): boolean {
  return messageIdPattern.test(value);
}

/** Says whether a text can be the content of a message. */
export function isContent(value: string): boolean {
  return hasLength(value, contentLengthMax) && isText(value);
}
