/** A place in a log, in one epoch of its store. */
export interface Position {
  /** Absent in a bare `seq`, which means the current epoch. */
  epoch?: string;
  seq: number;
}

const pattern = /^(?:([a-z0-9]{1,32})-)?(0|[1-9]\d{0,15})$/;

/** Writes a position as `<epoch>-<seq>`, the id of an event. */
export function toPosition(epoch: string, seq: number): string {
  return `${epoch}-${seq}`;
}

/** Reads a position, `<epoch>-<seq>` or a bare `seq`; `undefined` when the text is not one. */
export function readPosition(text: string): Position | undefined {
  const [, epoch, digits] = pattern.exec(text) ?? [];
  const seq = Number(digits);
  if (!Number.isSafeInteger(seq)) return undefined;
  return { seq, ...(epoch !== undefined && { epoch }) };
}
