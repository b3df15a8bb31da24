import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderForTests, mixedModel, noise, writeModel } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());

/** Runs with one stream closed by its reader from the start; gives the code and the other stream's text. */
async function runClosing(stream: "stdout" | "stderr", args: readonly string[]) {
  const child = startMarchenko(args);
  child[stream]!.destroy();
  let text = "";
  child[stream === "stdout" ? "stderr" : "stdout"]!.on("data", (part) => {
    text += part;
  });
  const [code] = await once(child, "close");
  return { code, text };
}

test("a reader that closes stdout is no error, and the files are written all the same", async () => {
  const file = join(folder, "closed.json");
  const { code, text } = await runClosing("stdout", ["analyze", model, "--format", "json", "-o", file]);
  expect(code).toBe(0);
  expect(text).toContain(`wrote ${file}`);
  expect(text).not.toMatch(/EPIPE|^\s+at /m);
  expect(JSON.parse(readFileSync(file, "utf8"))).toHaveProperty("type", "analysis");
  expect(existsSync(`${file}.partial.ndjson`)).toBe(false);
});

test("a reader that closes stderr does not stop the work", async () => {
  const { code, text } = await runClosing("stderr", ["analyze", model, "--format", "json"]);
  expect(code).toBe(0);
  expect(JSON.parse(text)).toHaveProperty("type", "analysis");
});

test.each([["inspect", model], ["metrics"], ["env"]])(
  "%s to a closed stdout is no error",
  async (...args) => {
    expect(await runClosing("stdout", args)).toEqual({ code: 0, text: "" });
  },
);

test("a closed stdout is no error either when there is more to print than a pipe holds", async () => {
  const long = writeModel(
    folder,
    "long.safetensors",
    Array.from({ length: 3000 }, (_, i) => noise(`layer.${i}.weight`, [2, 2])),
  );
  const { stdout: whole } = runMarchenko(["inspect", long]);
  expect(whole.length).toBeGreaterThan(65_536);
  const { code, text } = await runClosing("stdout", ["inspect", long]);
  expect({ code, text }).toEqual({ code: 0, text: "" });
});

test.skipIf(!existsSync("/dev/full"))("a disk that is full under stdout is said in a line", () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, ["dist/cli/bin.js", "inspect", model], {
    encoding: "utf8",
    stdio: ["ignore", full, "pipe"],
  });
  closeSync(full);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^marchenko: can't write to stdout: .*space.*\n$/);
});
