/** An answer as any server gives it: older ones leave out `read_to`. */
export type FromAnyServer<TOutput> = TOutput extends { read_to: infer TSeq }
  ? Omit<TOutput, "read_to"> & { read_to?: TSeq }
  : TOutput;
