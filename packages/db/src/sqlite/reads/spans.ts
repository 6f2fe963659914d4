// What is counted in a log is counted for whole spans of positions beside: there can be very many, and a count must not take long.

/** How many positions a span has. */
const spanLength = 1_024;

/** The span that a position is in. */
export interface Span {
  span: number;
  /** Its first position. */
  start: number;
}

/** Returns the span that a position is in. */
export function spanOf(seq: number): Span {
  const span = Math.floor(seq / spanLength);
  return { span, start: span * spanLength };
}
