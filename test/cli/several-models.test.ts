import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspectOutputSchema } from "../../src/analysis/inspection-schema.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { hasShared, runMarchenko, shared } from "./run-marchenko.ts";

const real = join(shared, "real-models");

describe("models that are no series", () => {
  const folder = folderForTests();
  writeModel(folder, "one.safetensors", [noise("fc.weight", [64, 32])]);
  writeModel(folder, "two.safetensors", [noise("other.weight", [48, 32])]);

  test("are analysed as a model each", () => {
    const { code, stdout } = runMarchenko(["analyze", folder]);
    expect(code).toBe(0);
    expect(stdout).toContain("2 models: 2 matrices analysed.");
    expect(stdout).not.toMatch(/last of|series/);
    const inspected = runMarchenko(["inspect", folder, "--format", "json"]).stdout;
    expect(inspectOutputSchema.parse(JSON.parse(inspected))).toMatchObject({ format: "folder" });
    expect(inspected).not.toContain('"series"');
  });

  test("have no spikes to follow", () => {
    const { code, stderr } = runMarchenko(["analyze", folder, "--follow-spikes"]);
    expect(code).toBe(2);
    expect(stderr).toContain("2 models whose steps are not known to ascend");
  });
});

describe.skipIf(!hasShared)("real models in one folder", () => {
  const folder = folderForTests();

  test("the epochs of one are a series in their order", () => {
    for (const name of readdirSync(real).filter((each) => each.startsWith("fer2013"))) {
      copyFileSync(join(real, name), join(folder, name));
    }
    const { stdout } = runMarchenko(["analyze", folder, "--format", "json", "--quiet"]);
    const { checkpoints, trajectories } = JSON.parse(stdout);
    expect(checkpoints.map(({ step }: { step: number }) => step)).toEqual([0, 5, 25, 102]);
    expect(checkpoints.some((each: object) => "series" in each)).toBe(false);
    expect(trajectories[0].steps).toEqual([0, 5, 25, 102]);
  });

  test("are kept apart, with the series among them", () => {
    const json = join(folder, "all.json");
    const { code, stdout } = runMarchenko(["analyze", real, "-o", json]);
    expect(code).toBe(0);
    expect(stdout).toContain("7 models, 1 of them a series");
    expect(stdout).toMatch(/fer2013_mini_XCEPTION, last of 4/);
    const { checkpoints, trajectories } = JSON.parse(readFileSync(json, "utf8"));
    const ofSeries = checkpoints.filter((each: object) => "series" in each);
    expect(ofSeries.map(({ step }: { step: number }) => step)).toEqual([0, 5, 25, 102]);
    expect(checkpoints).toHaveLength(10);
    const names = new Set(trajectories.map(({ series }: { series: string }) => series));
    expect([...names]).toEqual(["fer2013_mini_XCEPTION"]);
    const layers = new Set(
      ofSeries.flatMap((each: { layers: { layer: string }[] }) => each.layers.map(({ layer }) => layer)),
    );
    for (const { layer } of trajectories) expect(layers).toContain(layer);
  });

  test("are listed by inspect with the series that they are of", () => {
    const { stdout } = runMarchenko(["inspect", real, "--format", "json"]);
    const value = JSON.parse(stdout);
    expect(inspectOutputSchema.parse(value)).toEqual(value);
    expect(value.format).toBe("folder");
    expect(
      value.checkpoints
        .filter(({ series }: { series?: string }) => series)
        .map(({ step }: { step: number }) => step),
    ).toEqual([0, 5, 25, 102]);
    const [table] = runMarchenko(["inspect", real]).stdout.split("\n\n");
    expect(table).toMatch(/^fer2013_mini_XCEPTION\.05-0\.56\.hdf5 +fer2013_mini_XCEPTION +5 /m);
  });
});
