/** An output as any server version sends it: `read_to` is absent from older ones. */
export type FromAnyServer<TOutput> = TOutput extends { read_to: infer TSeq }
  ? Omit<TOutput, "read_to"> & { read_to?: TSeq }
  : TOutput;
