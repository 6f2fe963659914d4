/** Messages are far too long for one page: fewer have to be read. */
export class TooLong extends Error {}
