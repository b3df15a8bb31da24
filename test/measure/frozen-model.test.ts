import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { referenceBackend } from "../../src/backends/reference.ts";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { UnreadableInputError, UsageError } from "../../src/errors.ts";
import { exampleLosses } from "../../src/measure/example-losses.ts";
import { frozenModel } from "../../src/measure/frozen-model.ts";
import { partPlan } from "../../src/measure/measured-part.ts";
import { recipeOfCheckpoint, type ToldOfCheckpoint } from "../../src/measure/recipe-of-checkpoint.ts";
import { prepareRecipe } from "../../src/train/prepare-recipe.ts";
import { parseRecipe } from "../../src/train/recipe.ts";
import { metricsOf, runFolders, toy, trainHere } from "../train/toy.ts";

const nextFolder = runFolders();
const run = nextFolder();
const checkpointAt = (step: number) => join(run, "checkpoints", `step-${String(step).padStart(6, "0")}`);

beforeAll(async () => {
  await trainHere({ out: run });
});

async function recipeOf(path: string, told?: ToldOfCheckpoint) {
  const checkpoint = await openCheckpoint(path);
  try {
    return await recipeOfCheckpoint(checkpoint, told);
  } finally {
    await checkpoint.close();
  }
}

/** The last checkpoint's weights in a folder of their own, with none of the run's files. @param levels - folders between. */
function aloneIn(levels: readonly string[]): { top: string; folder: string } {
  const top = nextFolder();
  const folder = join(top, ...levels);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(checkpointAt(10), "model.safetensors"), join(folder, "model.safetensors"));
  return { top, folder };
}

describe("the recipe of a checkpoint", () => {
  const { imageMixing: _, ...plain } = parseRecipe(toy);

  it("is its metadata's, without what concerns training alone", async () => {
    const { recipe, from } = await recipeOf(checkpointAt(10));
    expect(from).toBe("the checkpoint's metadata");
    expect(recipe).toMatchObject({ name: "toy", seed: 5, sparsity: { activation: "jsrelu" } });
    expect(recipe.imageMixing).toBeUndefined();
  });

  it("is the one that is given, before all others", async () => {
    const recipe = parseRecipe({ ...toy, name: "given", finetune: { from: "elsewhere" } });
    const found = await recipeOf(checkpointAt(10), { recipe });
    expect(found).toEqual({ recipe: { ...plain, name: "given" }, from: "--recipe" });
  });

  it("is a recipe.json above where the checkpoint says nothing, and no further than three folders", async () => {
    const { top } = aloneIn(["a", "b", "c", "d"]);
    const bare = { metadata: {}, path: join(top, "a", "b", "c") };
    writeFileSync(join(top, "recipe.json"), JSON.stringify(toy));
    expect(await recipeOfCheckpoint(bare)).toEqual({ recipe: plain, from: join(top, "recipe.json") });
    await expect(recipeOfCheckpoint({ ...bare, path: join(top, "a", "b", "c", "d") })).rejects.toThrow(
      "nothing tells of its model",
    );
    writeFileSync(join(top, "recipe.json"), "{");
    await expect(recipeOfCheckpoint(bare)).rejects.toThrow(`${join(top, "recipe.json")} is no JSON`);
    writeFileSync(join(top, "recipe.json"), JSON.stringify({ ...toy, steps: -1 }));
    await expect(recipeOfCheckpoint(bare)).rejects.toThrow(UsageError);
  });

  it("is made of a config.json where data are told", async () => {
    const { folder } = aloneIn([]);
    copyFileSync(join(checkpointAt(10), "config.json"), join(folder, "config.json"));
    const bare = { metadata: {}, path: folder };
    await expect(recipeOfCheckpoint(bare)).rejects.toThrow("nothing tells of data");
    const { recipe, from } = await recipeOfCheckpoint(bare, { data: "mnist" });
    expect(from).toBe(join(folder, "config.json"));
    expect(recipe).toMatchObject({
      data: { name: "mnist" },
      model: { kind: "mlp", form: "key-value", width: 6, mlpWidth: 8 },
      sparsity: { activation: "jsrelu" },
    });
    writeFileSync(join(folder, "config.json"), JSON.stringify({ model_type: "mamba" }));
    await expect(recipeOfCheckpoint(bare, { data: "digits" })).rejects.toThrow(UnreadableInputError);
    rmSync(join(folder, "config.json"));
    await expect(recipeOfCheckpoint(bare, { data: "digits" })).rejects.toThrow("Give one by --recipe");
  });

  it.each([
    ["mnist", { name: "mnist" }],
    ["cifar10:/data/cifar", { name: "cifar10", path: "/data/cifar" }],
    // A path alone is to be there, or it would pass for a name that was mistyped.
    [process.cwd(), { name: "image-folder", path: process.cwd() }],
  ])("takes its data from --data %s", async (data, expected) => {
    expect((await recipeOf(checkpointAt(10), { data })).recipe.data).toEqual(expected);
  });

  it("gives a path alone to the recipe's own data set, where it takes one", async () => {
    const recipe = parseRecipe({ ...toy, data: { name: "mnist" } });
    const found = await recipeOf(checkpointAt(10), { recipe, data: run });
    expect(found.recipe.data).toEqual({ name: "mnist", path: run });
  });

  it("suggests a name where --data is neither one nor a path", async () => {
    await expect(recipeOf(checkpointAt(10), { data: "mnits" })).rejects.toThrow("Did you mean mnist?");
  });
});

describe("a frozen model", () => {
  /** Mean loss of the test part's first batches, as the run's metrics have it: without smoothing. */
  async function lossOf(model: ReturnType<typeof frozenModel>): Promise<number> {
    const part = model.part("test", { batches: 2 });
    const losses = exampleLosses(part.traced, part.batchSize);
    const plan = await partPlan(part, { outputs: { losses } });
    let [sum, count] = [0, 0];
    for (let place = 0; place < part.count; place++) {
      const batch = await part.batch(place);
      const { losses: read } = await plan.run(batch);
      for (const loss of read!.subarray(0, batch.examples)) sum += loss;
      count += batch.examples;
    }
    plan.dispose();
    return sum / count;
  }

  it("has the losses that the run had, whichever checkpoint is put in, schedules and all", async () => {
    const { recipe } = await recipeOf(checkpointAt(10));
    const model = frozenModel(referenceBackend(), await prepareRecipe({ ...recipe, labelSmoothing: 0 }));
    const tests = metricsOf(run).filter(({ split }) => split === "test");
    expect(tests.map(({ step }) => step)).toEqual([0, 5, 10]);
    for (const { step, loss } of tests.filter(({ step }) => step !== 5)) {
      await model.load(checkpointAt(step as number), step as number);
      // The checkpoint has float32 entries, the run had float64 ones.
      expect(Math.abs((await lossOf(model)) / (loss as number) - 1)).toBeLessThan(1e-6);
    }
    model.draw();
    expect(Math.abs((await lossOf(model)) / (tests[0]!.loss as number) - 1)).toBeLessThan(1e-6);
    model.dispose();
  });

  it("measures at least one batch", async () => {
    const { recipe } = await recipeOf(checkpointAt(10));
    const model = frozenModel(referenceBackend(), await prepareRecipe(recipe));
    expect(() => model.part("test", { batches: 0 })).toThrow(UsageError);
    expect(model.part("train").count).toBe(Math.floor(1500 / 8));
    expect(model.part("test").count).toBe(Math.ceil(297 / 8));
  });
});
