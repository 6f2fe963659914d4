/** A place in a log, of one epoch of its store. */
export interface Position {
  /** Absent in a bare `seq`: that of today is meant. */
  epoch?: string;
  seq: number;
}

const pattern = /^(?:([a-z0-9]{1,32})-)?(0|[1-9]\d{0,15})$/;

/** Writes a place as `<epoch>-<seq>`, which an event can carry as its id. */
export function toPosition(epoch: string, seq: number): string {
  return `${epoch}-${seq}`;
}

/** Reads a place, with its epoch or as a bare `seq`; `undefined` when it is none. */
export function readPosition(text: string): Position | undefined {
  const [, epoch, digits] = pattern.exec(text) ?? [];
  const seq = Number(digits);
  if (!Number.isSafeInteger(seq)) return undefined;
  return { seq, ...(epoch !== undefined && { epoch }) };
}
