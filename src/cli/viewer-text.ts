import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";

/** The viewer as the build has made it. @throws {UsageError} If it is missing. */
export async function viewerText(): Promise<string> {
  // The command is built into `dist/cli`, beside `dist/viewer`.
  const address = new URL("../viewer/index.html", import.meta.url);
  return await readFile(address, "utf8").catch((cause: unknown) => {
    throw new UsageError(
      `the viewer's page is missing (${address.pathname}): install the package again, or build it.`,
      {
        cause,
      },
    );
  });
}
