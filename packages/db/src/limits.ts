/** The greatest length of the id of a user or a conversation, in code points. */
export const idLengthMax = 128;
/** The greatest length of the content of a message, in code points. */
export const contentLengthMax = 16_384;
/** How many members a conversation can be created with, and how many it shows. */
export const membersShownMax = 1_000;
/** How many messages a page can hold. */
export const messagePageSizeMax = 1_000;
/** How long the texts of a page can be together, in UTF-16 units. A page of one message can be longer. */
export const pageLengthMax = 1_048_576;

const messageIdPattern = /^[A-Za-z0-9_-]{8,64}$/;
const controlPattern = /\p{Cc}/u;

/** Tells whether both stores give a text back unchanged: well-formed Unicode without NUL. */
export function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes("\0");
}

/** Tells whether a text has 1 to `max` code points. */
export function hasLength(value: string, max: number): boolean {
  // UTF-16 units are at least as many as code points, and at most twice as many.
  if (value.length === 0 || value.length > 2 * max) return false;
  return value.length <= max || [...value].length <= max;
}

/** Tells whether a text can be the id of a user or a conversation. */
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

/** Tells whether a text can be the id of a message. */
export function isMessageId(value: string): boolean {
  return messageIdPattern.test(value);
}

/** Tells whether a text can be the content of a message. */
export function isContent(value: string): boolean {
  return hasLength(value, contentLengthMax) && isText(value);
}

/** How many users a message can mention, unless it mentions everyone. */
export const mentionsMax = 50;
/** How far before the end of its log a conversation can be marked as unread, in positions. */
export const unreadFromMax = 10_000;
/** The greatest length of the title of a conversation, in code points. */
export const titleLengthMax = 200;

/** Tells whether a text can be the title of a conversation. */
export function isTitle(value: string): boolean {
  return hasLength(value, titleLengthMax) && isText(value) && value.trim() !== "";
}

/** The greatest length of the key of a reaction, in code points. */
export const reactionKeyLengthMax = 64;
/** How many keys of reactions a message can have. */
export const reactionKeysMax = 20;
/** How many users a reaction shows. */
export const reactionUsersShownMax = 50;

/** Tells whether a text can be the key of a reaction: an emoji or a name. */
export function isReactionKey(value: string): boolean {
  return (
    hasLength(value, reactionKeyLengthMax) &&
    isText(value) &&
    !controlPattern.test(value) &&
    value.trim() === value &&
    value !== "." &&
    value !== ".."
  );
}
