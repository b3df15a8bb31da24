import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeGpu } from "../backends/gpu/adapter.ts";
import { metricsOf } from "../train/toy.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
// What is found fastest here is kept for the other runs of this file alone.
process.env.MARCHENKO_CACHE = join(folder, "cache");
const recipe = join(folder, "toy.json");
writeFileSync(
  recipe,
  JSON.stringify({
    extends: "digits-vit",
    name: "toy",
    model: { width: 8, depth: 1, mlpWidth: 16 },
    steps: 30,
    batchSize: 8,
    logEvery: 1,
    evaluateEvery: 10,
    evaluateBatches: 2,
    checkpointEvery: 10,
  }),
);

/** Makes Node say of packages that they are not installed. */
const hidden = `data:text/javascript,${encodeURIComponent(`import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(\`export async function resolve(name, context, next) {
  if (name === "webgpu" || name === "gpu.js") {
    throw Object.assign(new Error("Cannot find package " + name), { code: "ERR_MODULE_NOT_FOUND" });
  }
  return next(name, context);
}\`));`)}`;
const withoutPackages = { NODE_OPTIONS: `--import ${hidden}` };
/** No driver, wherever one is. */
const withoutDriver = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };

describe("without a GPU", () => {
  test("--device gpu is wrong usage that names the command to install what is missing", () => {
    const out = join(folder, "no-packages");
    const { code, stderr } = runMarchenko(["train", recipe, "--device", "gpu", "--out", out], {
      env: withoutPackages,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/needs (webgpu|gpu\.js), which is not installed: npm install gpu\.js webgpu/);
    expect(existsSync(join(out, "metrics.ndjson"))).toBe(false);
  });

  test("--device gpu without an adapter says what to install", () => {
    const out = join(folder, "no-adapter");
    const { code, stderr } = runMarchenko(["train", recipe, "--device", "gpu", "--out", out], {
      env: withoutDriver,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no GPU adapter was found: install the card's driver/);
  });

  test("--device auto and env do without", () => {
    const out = join(folder, "auto");
    const run = runMarchenko(["train", recipe, "--out", out, "--steps", "2"], { env: withoutPackages });
    expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
    expect(run.stderr).toMatch(/2 steps in \d+ s on wasm-/);
    const env = runMarchenko(["env", "--format", "json"], { env: withoutPackages });
    expect(JSON.parse(env.stdout)).toMatchObject({
      gpu: { adapters: [], missing: expect.stringMatching(/npm install gpu\.js webgpu/) },
    });
  });
});

describeGpu("on a GPU", () => {
  const onGpu = (out: string, ...more: string[]) => [
    "train",
    recipe,
    "--device",
    "gpu",
    "--out",
    out,
    ...more,
  ];
  const whole = join(folder, "whole");

  test("a run trains, says on what, and ends", () => {
    const { code, stderr } = runMarchenko(onGpu(whole));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/30 steps in \d+ s on gpu, /);
    expect(metricsOf(whole).at(-1)).toMatchObject({ split: "test", step: 30 });
  });

  test("Ctrl-C saves the state, the command ends, and a resumed run has the same metrics", async () => {
    const out = join(folder, "interrupted");
    const child = startMarchenko(onGpu(out));
    let talk = "";
    child.stderr!.on("data", (data: Buffer) => {
      talk += String(data);
    });
    const metrics = join(out, "metrics.ndjson");
    while (!existsSync(metrics) || readFileSync(metrics, "utf8").split("\n").length <= 4) {
      expect(child.exitCode, talk).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code, talk).toBe(130);
    expect(talk).toMatch(/--device gpu .*--resume/);
    expect(runMarchenko(onGpu(out, "--resume")).code).toBe(0);
    expect(metricsOf(out)).toEqual(metricsOf(whole));
  });

  test("an error ends the command with its code", () => {
    const { code, stderr } = runMarchenko(
      onGpu(
        join(folder, "diverged"),
        "--set",
        "optimizer.learningRate=1e30",
        "--set",
        "optimizer.clipNorm=null",
      ),
    );
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/loss/);
  });

  test("env lists the adapter, its limits and features", () => {
    const { stdout } = runMarchenko(["env", "--format", "json"]);
    const { gpu } = JSON.parse(stdout) as { gpu: { adapters: unknown[]; missing: null } };
    expect(gpu.missing).toBeNull();
    expect(gpu.adapters[0]).toMatchObject({
      name: expect.stringMatching(/./),
      isSoftware: expect.any(Boolean),
      features: expect.any(Array),
      limits: { maxBufferSize: expect.any(Number), maxStorageBuffersPerShaderStage: expect.any(Number) },
    });
  });
});
