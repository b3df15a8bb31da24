import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import { bigFiles, writeBigFile } from "../checkpoint/big-files.ts";
import { runMarchenko } from "./run-marchenko.ts";

/** Tells the process's peak when it ends: of `maxRSS` a part may be what its parent held when it was started. */
const hook = `import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
const peak = () => /VmHWM:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1];
if (isMainThread) process.on("exit", () => console.error("peak " + 1024 * peak()));`;

const megabyte = 1e6;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marchenko-big-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

for (const big of bigFiles) {
  describe(`${big.format} of ${big.title}`, () => {
    it.skipIf(process.platform !== "linux")("is inspected in 100 MB, and its library's own", async () => {
      const path = await writeBigFile(big, folder);
      const module = join(folder, "peak.mjs");
      writeFileSync(module, hook);
      const { code, stdout, stderr } = runMarchenko(["inspect", path, "--format", "json"], {
        nodeOptions: ["--import", pathToFileURL(module).href],
      });
      expect(code, stderr).toBe(0);
      const { format, tensors } = JSON.parse(stdout) as {
        format: string;
        tensors: { name: string; shape: number[]; bytes: number }[];
      };
      expect(format).toBe(big.format);
      const bytes = 4 * big.shape[0] * big.shape[1];
      expect(tensors).toContainEqual(expect.objectContaining({ shape: big.shape, bytes }));
      const peak = Number(/^peak (\d+)$/m.exec(stderr)![1]);
      expect(peak).toBeLessThan((100 + (big.libraryMegabytes ?? 0)) * megabyte);
    });

    it("gives its first, its last and its small tensor's entries", async () => {
      const checkpoint = await openCheckpoint(await writeBigFile(big, folder));
      const find = (name: string) => checkpoint.tensors().find((tensor) => tensor.name === name);
      const count = big.shape[0] * big.shape[1];
      const tensor = find("big.weight") ?? checkpoint.tensors()[0]!;
      expect([...(await tensor.read(0, 2))]).toEqual([0, 0]);
      expect([...(await tensor.read(count - 2, count))]).toEqual([0, 7]);
      // One array is all that an .npy file has.
      const small = await find("small.weight")?.read();
      if (small || big.format !== "npy") expect([...small!]).toEqual([-3, -2.75, -2.5, -2.25, -2, -1.75]);
      await checkpoint.close();
    });
  });
}
