import {
  isMetadata,
  metadataBytesMax,
  metadataLevelsMax,
  type Metadata as StoredMetadata,
} from "@chatnest/db";
import { z } from "zod";

const rule = `a JSON object of at most ${metadataBytesMax / 1024} KiB and ${metadataLevelsMax} levels`;

// Neither copied nor read field by field: a record would lose the name `__proto__`.
function metadata(accepts: (value: unknown) => boolean): z.ZodType<StoredMetadata, StoredMetadata> {
  return z
    .unknown()
    .refine((value): value is StoredMetadata => accepts(value), { error: rule })
    .meta({
      description: `What an application keeps with it: ${rule}. It is given back equal.`,
      examples: [{ color: "green" }],
      type: "object",
    }) as z.ZodType<StoredMetadata, StoredMetadata>;
}

/** Metadata that a client sends. */
export const NewMetadata = metadata(isMetadata);

/** Metadata that was stored. It was checked then. */
export const Metadata = metadata(() => true);
