import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeGpu, hasWebgpu } from "../backends/gpu/adapter.ts";
import { withoutDriver, withoutPackages } from "./hidden-packages.ts";
import { killAfterEach, layersIn, underWay } from "./journals.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { type RunOptions, runMarchenko } from "./run-marchenko.ts";
import { runningWith } from "./running.ts";

const folder = folderForTests();

/** Noise with three directions planted in it, so that there are spikes to agree on. */
function planted(name: string, rows: number, columns: number) {
  const tensor = noise(name, [rows, columns]);
  const data = Float64Array.from(tensor.data);
  for (let k = 0; k < 3; k++) {
    const [left, right] = [
      noise(`${name} left ${k}`, [rows]).data,
      noise(`${name} right ${k}`, [columns]).data,
    ];
    for (let i = 0; i < data.length; i++) {
      data[i]! += (4 + 2 * k) * left[Math.floor(i / columns)]! * right[i % columns]!;
    }
  }
  return { ...tensor, data };
}

/** The first is large enough for the device, N M^2 = 2^28; the rest is not. */
const model = writeModel(folder, "model.safetensors", [
  planted("blocks.0.mlp.fc1.weight", 1024, 512),
  noise("blocks.0.mlp.fc2.weight", [80, 320], "BF16"),
  noise("blocks.1.mlp.fc1.weight", [96, 64], "F64"),
]);

interface Layer {
  readonly layer: string;
  readonly verdict: string;
  readonly marchenkoPastur: { readonly scale: number; readonly spikes: readonly unknown[] };
  readonly spectrum: { readonly singularValues: number[]; readonly relativeErrorBounds?: number[] };
}
interface Result {
  readonly provenance: { readonly engine: string; readonly run: { readonly cache?: unknown } };
  readonly checkpoints: readonly { readonly layers: readonly Layer[] }[];
}

function analysed(args: readonly string[], options: RunOptions = {}): Result {
  const { code, stdout, stderr } = runMarchenko(
    ["analyze", model, "--spectra", "--format", "json", "-q", ...args],
    options,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Result;
}

/** All but what may differ between equal runs. */
function textOf(result: Result): string {
  return JSON.stringify({ ...result, provenance: { ...result.provenance, run: {} } });
}

describe("without what it needs --engine gpu is wrong usage", () => {
  const refusals = [[], ["--dry-run"], ["--workers", "2"]].map((more) => [more.join(" "), more] as const);
  const refused = (more: readonly string[], env: Readonly<Record<string, string>>): string => {
    const out = join(folder, "refused.json");
    const { code, stderr } = runMarchenko(["analyze", model, "--engine", "gpu", "-o", out, ...more], { env });
    expect(code).toBe(2);
    // Said before there is a matrix, so of none.
    expect(stderr).toMatch(/^marchenko: (the GPU backend|no GPU adapter)/m);
    expect(existsSync(out)).toBe(false);
    return stderr;
  };

  test.each(refusals)("the package webgpu: exit 2, and what to install %s", (_, more) => {
    const stderr = refused(more, withoutPackages("webgpu"));
    expect(stderr).toMatch(/needs webgpu, which is not installed: npm install gpu\.js webgpu/);
  });

  test.skipIf(!hasWebgpu).each(refusals)("an adapter: exit 2, and what to install %s", (_, more) => {
    expect(refused(more, withoutDriver)).toMatch(/no GPU adapter was found: install the card's driver/);
  });

  test.skipIf(!hasWebgpu)(
    "without gpu.js, which only training needs, the engine is refused for nothing",
    () => {
      const { stderr } = runMarchenko(["analyze", model, "--engine", "gpu", "-q"], {
        env: { ...withoutPackages("gpu.js"), ...withoutDriver },
      });
      expect(stderr).toMatch(/no GPU adapter was found/);
    },
  );

  test("every other engine does without", () => {
    const { code } = runMarchenko(["analyze", model, "-q"], { env: withoutPackages("webgpu", "gpu.js") });
    expect(code).toBe(0);
  });
});

describeGpu("analyze --engine gpu", () => {
  const whole = () => analysed(["--engine", "gpu"]);
  let first: Result;

  test("has the verdicts, the spikes and, within both bounds, the values of the default", () => {
    first = whole();
    expect(first.provenance.engine).toBe("gpu");
    const wanted = analysed([]);
    const layers = (result: Result) => result.checkpoints.flatMap((each) => each.layers);
    expect(layers(first).map(({ verdict }) => verdict)).toEqual(layers(wanted).map(({ verdict }) => verdict));
    expect(layers(first)[0]!.verdict).toBe("noise-with-spikes");
    for (const [i, { layer, spectrum, marchenkoPastur }] of layers(wanted).entries()) {
      const got = layers(first)[i]!;
      expect(got.marchenkoPastur.spikes.length, layer).toBe(marchenkoPastur.spikes.length);
      expect(got.spectrum.singularValues.length).toBe(spectrum.singularValues.length);
      for (const [k, value] of spectrum.singularValues.entries()) {
        const bound = spectrum.relativeErrorBounds![k]! + got.spectrum.relativeErrorBounds![k]!;
        expect(Math.abs(got.spectrum.singularValues[k]! / value - 1)).toBeLessThanOrEqual(bound);
        expect(bound).toBeLessThan(1e-9);
      }
    }
  });

  test("has the same bytes for any number of workers, and with a method that squares", () => {
    expect(textOf(analysed(["--engine", "gpu", "--workers", "3"]))).toBe(textOf(first));
  });

  test("keeps its spectra: the second run computes none", () => {
    const env = { MARCHENKO_CACHE: join(folder, "kept") };
    const before = analysed(["--engine", "gpu"], { env });
    const after = analysed(["--engine", "gpu"], { env });
    expect(after.provenance.run.cache).toMatchObject({ misses: 0 });
    expect([textOf(before), textOf(after)]).toEqual([textOf(first), textOf(first)]);
    // Another engine's are not taken for it.
    expect(analysed([], { env }).provenance.run.cache).not.toMatchObject({ misses: 0 });
  });

  test("its shards are merged to the bytes of the whole", () => {
    const parts = [1, 2].map((i) => {
      const path = join(folder, `part-${i}.json`);
      analysed(["--engine", "gpu", "--shard", `${i}/2`, "-o", path]);
      return path;
    });
    const path = join(folder, "merged.json");
    const { code, stderr } = runMarchenko(["merge", ...parts, "-q", "-o", path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const merged = JSON.parse(readFileSync(path, "utf8")) as Result;
    expect(JSON.stringify(merged.checkpoints)).toBe(JSON.stringify(first.checkpoints));
  });

  test("--method accurate and lanczos give what they give with any engine", () => {
    for (const method of ["accurate", "lanczos"]) {
      const [got, wanted] = [["--engine", "gpu"], []].map((engine) =>
        analysed(["--exclude", "*.0.mlp.fc1.*", "--method", method, ...engine]),
      );
      expect(got!.provenance.engine).toBe("gpu");
      expect(JSON.stringify(got!.checkpoints)).toBe(JSON.stringify(wanted!.checkpoints));
    }
  });

  test("--dry-run says how long it takes with the device", () => {
    const { code, stdout, stderr } = runMarchenko(["analyze", model, "--engine", "gpu", "--dry-run"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/blocks\.0\.mlp\.fc1\.weight .* analysed/);
    expect(stderr).toMatch(/3 of 3 tensors would be analysed, about .* operations, .* with 1 worker/);
  });
});

describeGpu("an analysis on a GPU that is stopped", () => {
  /** Some seconds of work on a program that stands in for a GPU. */
  const long = writeModel(
    folder,
    "long.safetensors",
    Array.from({ length: 12 }, (_, i) => noise(`layer.${i}.weight`, [1024, 512 + i])),
  );
  killAfterEach();

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s keeps the finished layers, and leaves no process",
    async (signal) => {
      const output = join(folder, `${signal}.json`);
      const { child, journal, talk } = await underWay(long, output, ["--engine", "gpu"]);
      expect(runningWith(output)).toHaveLength(2);
      child.kill(signal);
      const [code] = await once(child, "close");
      expect(code, talk()).toBe(130);
      expect(talk().match(/^stopping when the layers under way are done/gm)).toHaveLength(1);
      expect(talk()).toMatch(/finished layers? kept in .*\ninterrupted\n$/);
      expect(layersIn(journal, long).length).toBeLessThan(12);
      expect(existsSync(output)).toBe(false);
      expect(runningWith(output)).toEqual([]);
    },
  );

  test("a second interrupt ends it at once", async () => {
    const output = join(folder, "twice.json");
    const { child, journal, talk } = await underWay(long, output, ["--engine", "gpu"]);
    child.kill("SIGINT");
    while (!talk().includes("stopping")) await once(child.stderr!, "data");
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(130);
    expect(talk()).not.toMatch(/interrupted/);
    expect(layersIn(journal, long).length).toBeGreaterThan(0);
    expect(runningWith(output)).toEqual([]);
  });

  test("one that is hung up or killed leaves no process, and the journal stays", async () => {
    for (const signal of ["SIGHUP", "SIGKILL"] as const) {
      const output = join(folder, `${signal}.json`);
      const { child, journal } = await underWay(long, output, ["--engine", "gpu"]);
      child.kill(signal);
      // Streams are closed when nobody has them any more: the process that computes has ended too.
      expect(await once(child, "close")).toEqual([null, signal]);
      expect(layersIn(journal, long).length).toBeGreaterThan(0);
      expect(runningWith(output)).toEqual([]);
    }
  });
});
