import { access } from "node:fs/promises";
import { type Browser, chromium } from "playwright-core";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts the system's Chromium.
 * @throws Error that says how to install it.
 */
export async function startChromium(): Promise<Browser> {
  await access(executablePath).catch((cause: unknown) => {
    throw new Error(`${executablePath} is missing: apt-get install chromium`, { cause });
  });
  return chromium.launch({ executablePath, args });
}
