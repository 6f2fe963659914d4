/** A moment in what one user follows, of one epoch of its store. */
export interface Watermark {
  epoch: string;
  /** In ms since 1970, by the clock of the server that sent it. */
  atMs: number;
}

const pattern = /^([a-z0-9]{1,32})-(0|[1-9]\d{0,15})$/;

/** Writes a watermark as `<epoch>-<ms>`, the id of an event. */
export function toWatermark({ epoch, atMs }: Watermark): string {
  return `${epoch}-${atMs}`;
}

/** Reads a watermark; `undefined` when the text is not one. */
export function readWatermark(text: string): Watermark | undefined {
  const [, epoch, digits] = pattern.exec(text) ?? [];
  const atMs = Number(digits);
  if (epoch === undefined || !Number.isSafeInteger(atMs)) return undefined;
  return { epoch, atMs };
}
