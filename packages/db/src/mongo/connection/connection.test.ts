import { expect, it } from "vitest";
import { createConnection } from "./connection.ts";

it.each([
  "readConcernLevel=local&journal=false",
  "w=1&wtimeoutMS=1&readPreference=secondary",
  "w=0&readConcernLevel=available",
])("the URI cannot change the write and read concerns: %s", async (options) => {
  const { client, db, messages, members } = createConnection(`mongodb://localhost/x?${options}`);
  for (const { readConcern, writeConcern, readPreference } of [db, messages, members]) {
    expect(readConcern?.level).toBe("majority");
    expect(writeConcern).toMatchObject({ w: "majority", journal: true, wtimeoutMS: 4_000 });
    expect(readPreference?.mode).toBe("primary");
  }
  await client.close();
});
