import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeGpu, hasGpuJs, hasWebgpu } from "../backends/gpu/adapter.ts";
import { metricsOf } from "../train/toy.ts";
import { asUrl, withoutDriver, withoutPackages } from "./hidden-packages.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";
import { runningWith } from "./running.ts";

const folder = folderForTests();
/** What is found fastest here is kept for the other runs of this file alone. */
const cache = join(folder, "cache");
const kept = { MARCHENKO_CACHE: cache };
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

const noPackages = withoutPackages("webgpu", "gpu.js");

describe("without a GPU", () => {
  test("--device gpu is wrong usage that names the command to install what is missing", () => {
    const out = join(folder, "no-packages");
    const { code, stderr } = runMarchenko(["train", recipe, "--device", "gpu", "--out", out], {
      env: noPackages,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/needs (webgpu|gpu\.js), which is not installed: npm install gpu\.js webgpu/);
    expect(existsSync(join(out, "metrics.ndjson"))).toBe(false);
  });

  test.skipIf(!(hasGpuJs && hasWebgpu))("--device gpu without an adapter says what to install", () => {
    const out = join(folder, "no-adapter");
    const { code, stderr } = runMarchenko(["train", recipe, "--device", "gpu", "--out", out], {
      env: withoutDriver,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no GPU adapter was found: install the card's driver/);
  });

  test("--device auto and env do without", () => {
    const out = join(folder, "auto");
    const run = runMarchenko(["train", recipe, "--out", out, "--steps", "2"], { env: noPackages });
    expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
    expect(run.stderr).toMatch(/2 steps in \d+ s on wasm-/);
    const env = runMarchenko(["env", "--format", "json"], { env: noPackages });
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
  const run = (args: readonly string[], env = {}) => runMarchenko(args, { env: { ...kept, ...env } });
  const whole = join(folder, "whole");

  test("a run trains, says on what, and ends", () => {
    const { code, stderr } = run(onGpu(whole));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/30 steps in \d+ s on gpu, /);
    expect(stderr).not.toMatch(/warning/i);
    expect(metricsOf(whole).at(-1)).toMatchObject({ split: "test", step: 30 });
  });

  test("what was found fastest is kept by the adapter's name, and taken by the next run, which says nothing if told so", () => {
    const path = join(cache, "gpu-products.json");
    const before = { text: readFileSync(path, "utf8"), at: statSync(path).mtimeMs };
    const { gpu } = JSON.parse(run(["env", "--format", "json"]).stdout);
    const keys = Object.keys(JSON.parse(before.text));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key.startsWith(`${gpu.adapters[0].name}: `)).toBe(true);
    const again = join(folder, "again");
    expect(run(onGpu(again, "--quiet"))).toEqual({ code: 0, stdout: "", stderr: "" });
    expect({ text: readFileSync(path, "utf8"), at: statSync(path).mtimeMs }).toEqual(before);
    expect(metricsOf(again)).toEqual(metricsOf(whole));
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s saves the state, the command ends, and a resumed run has the same metrics",
    async (signal) => {
      const out = join(folder, `stopped by ${signal}`);
      const { child, talk } = await underWay(out);
      child.kill(signal);
      const [code] = await once(child, "close");
      expect(code, talk()).toBe(130);
      expect(talk().match(/^stopping after the step under way/gm)).toHaveLength(1);
      expect(talk()).toMatch(/--device gpu .*--resume/);
      expect(runningWith(out)).toEqual([]);
      expect(run(onGpu(out, "--resume")).code).toBe(0);
      expect(metricsOf(out)).toEqual(metricsOf(whole));
    },
  );

  test("one that is killed leaves no process, and goes on from what was saved", async () => {
    const out = join(folder, "killed");
    const { child } = await underWay(out);
    child.kill("SIGKILL");
    expect(await once(child, "close")).toEqual([null, "SIGKILL"]);
    expect(runningWith(out)).toEqual([]);
    expect(run(onGpu(out, "--resume")).code).toBe(0);
    expect(metricsOf(out)).toEqual(metricsOf(whole));
  });

  test("a device that is lost is told, and the run goes on from what was saved, to the same metrics", () => {
    const out = join(folder, "lost");
    const { code, stderr } = run(onGpu(out), losing(200));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(
      /^the GPU was lost: .*, after step \d+: going on from the state that was saved last$/m,
    );
    expect(metricsOf(out)).toEqual(metricsOf(whole));
  });

  test("one that is lost before the first step ends the command with 2, and the run can be made", () => {
    const out = join(folder, "lost at once");
    const { code, stderr } = run(onGpu(out), losing(3));
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toMatch(/^marchenko: the GPU was lost: /m);
    expect(stderr).not.toMatch(/bug/);
    const hasBegun = existsSync(join(out, "recipe.json"));
    expect(/--resume/.test(stderr)).toBe(hasBegun);
    expect(run(onGpu(out, ...(hasBegun ? ["--resume"] : []))).code).toBe(0);
    expect(metricsOf(out)).toEqual(metricsOf(whole));
  });

  test("an error ends the command with its code", () => {
    const options = ["optimizer.learningRate=1e30", "optimizer.clipNorm=null"].flatMap((each) => [
      "--set",
      each,
    ]);
    const { code, stderr } = run(onGpu(join(folder, "diverged"), ...options));
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/loss/);
  });

  test("--device auto doesn't take a program for a GPU, and says so", ({ skip }) => {
    const { gpu } = JSON.parse(run(["env", "--format", "json"]).stdout);
    if (!gpu.adapters[0].isSoftware) skip();
    // digits-vit has steps of 2.4e8 operations, for which a GPU is looked for.
    const { code, stderr } = run(["train", "digits-vit", "--steps", "1", "--out", join(folder, "auto-gpu")]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/^on wasm-.*: the only GPU here, .*, is a program on the CPU$/m);
  });

  test("env lists the adapter, its limits and features", () => {
    const { stdout } = run(["env", "--format", "json"]);
    const { gpu } = JSON.parse(stdout) as { gpu: { adapters: unknown[]; missing: null } };
    expect(gpu.missing).toBeNull();
    expect(gpu.adapters[0]).toMatchObject({
      name: expect.stringMatching(/./),
      isSoftware: expect.any(Boolean),
      features: expect.any(Array),
      limits: { maxBufferSize: expect.any(Number), maxStorageBuffersPerShaderStage: expect.any(Number) },
    });
  });

  /** A run that has made some steps. */
  async function underWay(out: string) {
    const child = startMarchenko(onGpu(out), { env: kept });
    let talk = "";
    child.stderr!.on("data", (data: Buffer) => {
      talk += String(data);
    });
    const metrics = join(out, "metrics.ndjson");
    while (!existsSync(metrics) || readFileSync(metrics, "utf8").split("\n").length <= 4) {
      expect(child.exitCode, talk).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { child, talk: () => talk };
  }
});

/** Makes the first device be lost after so many submissions. */
function losing(submissions: number): { NODE_OPTIONS: string } {
  const program = `import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const { resolve } = createRequire(${JSON.stringify(join(process.cwd(), "package.json"))});
const { globals: { GPUAdapter, GPUQueue } } = await import(pathToFileURL(resolve("webgpu")));
const { requestDevice } = GPUAdapter.prototype;
const { submit } = GPUQueue.prototype;
let first, left = ${submissions};
GPUAdapter.prototype.requestDevice = async function (...args) {
  const device = await requestDevice.apply(this, args);
  first ??= device;
  return device;
};
GPUQueue.prototype.submit = function (...args) {
  submit.apply(this, args);
  if (--left === 0) first.destroy();
};`;
  return { NODE_OPTIONS: `--import ${asUrl(program)}` };
}
