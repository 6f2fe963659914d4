import { expect } from "vitest";
import { startServer } from "../support/server.ts";
import { runTalk } from "./compile.ts";
import type { talk } from "./programs/talk.ts";

/** Runs the compiled `talk` of a project against a server, and expects that it sent, received live and read a message. */
export async function expectTalk(directory: string, module: string): Promise<void> {
  await using server = await startServer();
  const told: Awaited<ReturnType<typeof talk>> = await runTalk(directory, module, server.url);
  expect(told.sent).toMatchObject({ conversation_id: "outside", user_id: "茶", seq: 1 });
  expect(told).toEqual({
    sent: told.sent,
    received: told.sent,
    found: told.sent,
    refused: "validation_failed: content",
  });
}
