import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { composeRecipe } from "../../src/train/compose-recipe.ts";
import { checkRecipe } from "../../src/train/prepare-recipe.ts";
import { presets, presetsByName } from "../../src/train/presets/catalogue.ts";
import { isCheckpointStep, parseRecipe, type Recipe } from "../../src/train/recipe.ts";

const compose = (given: unknown, set: readonly string[] = []): Recipe =>
  composeRecipe(given, { presets: presetsByName, set });

/** What the error of a recipe says. */
function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error("no error came");
}

describe("every preset", () => {
  test.each(presets.map(({ name }) => name))("%s is whole, and its parts are right", (name) => {
    const recipe = compose({ extends: name });
    expect(recipe.name).toBe(name);
    expect(() => checkRecipe(recipe)).not.toThrow();
    // The whole recipe, as JSON, is itself again.
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  test("names and descriptions are there, and no name twice", () => {
    expect(presetsByName.size).toBe(presets.length);
    for (const { description } of presets) expect(description.length).toBeGreaterThan(10);
  });

  test("the sparse twins differ from the vanilla ones in sparsity alone", () => {
    for (const name of ["digits-vit", "imagenet-vit-b", "c4-t5-base"]) {
      const { sparsity, name: _, description, ...vanilla } = compose({ extends: name });
      const twin = compose({ extends: `${name}-sparse` });
      expect(twin).toMatchObject(vanilla);
      expect(twin.sparsity).not.toEqual(sparsity);
      expect(Object.keys(twin).sort()).toEqual(
        Object.keys({ ...vanilla, sparsity, name, description }).sort(),
      );
    }
  });

  test("digits-vit is Recipe A of the method", () => {
    const recipe = compose({ extends: "digits-vit" });
    expect(recipe).toMatchObject({
      model: { kind: "vit", patchSize: 2, width: 32, mlpWidth: 128, depth: 3, heads: 2 },
      optimizer: { name: "adamw", learningRate: 3e-3, weightDecay: 0.3, clipNorm: 1 },
      schedule: { name: "cosine" },
      labelSmoothing: 0.1,
      steps: 3450,
      batchSize: 64,
    });
  });
});

describe("a recipe that extends another", () => {
  test("states only what differs, at any depth", () => {
    const recipe = compose({ extends: "digits-vit", name: "mine", optimizer: { learningRate: 1 } });
    expect(recipe.optimizer).toEqual({ name: "adamw", learningRate: 1, weightDecay: 0.3, clipNorm: 1 });
    expect(recipe.description).toBeUndefined();
  });

  test("takes another optimiser whole, not mixed with its ancestor's", () => {
    const optimizer = { name: "sgd", learningRate: 0.1 };
    expect(compose({ extends: "digits-vit", optimizer }).optimizer).toEqual(optimizer);
  });

  test("removes a member by null", () => {
    const recipe = compose({ extends: "digits-vit-sparse", sparsity: { zerothBias: null } });
    expect(checkRecipe(recipe).sparsity).toEqual({ activation: "jsrelu", restrictedLayerNorm: true });
  });

  test("keeps a null that the part knows for a value, and takes others for missing", () => {
    const zerothBias = { clip: null };
    const recipe = compose({ extends: "digits-vit-sparse", sparsity: { zerothBias }, schedule: null });
    expect(checkRecipe(recipe).sparsity.zerothBias).toEqual({ placement: "output", clip: null });
    expect(recipe.schedule).toEqual({ name: "constant" });
  });

  test("of an unknown one is an error that names the nearest", () => {
    expect(faultOf(() => compose({ extends: "digits-vti" }))).toContain("Did you mean digits-vit");
  });

  test("that extends itself is an error", () => {
    const circle = new Map([["a", { extends: "a" }]]);
    expect(faultOf(() => composeRecipe({ extends: "a" }, { presets: circle }))).toContain("extends itself");
  });
});

describe("--set", () => {
  test("changes members by their path; a word needs no quotes", () => {
    const recipe = compose({ extends: "digits-vit" }, [
      "optimizer.learningRate=0.01",
      "sparsity.activation=gelu",
      "checkpointEvery=[1, 5]",
      "sparsity.zerothBias.placement=input",
    ]);
    expect(recipe.optimizer).toMatchObject({ learningRate: 0.01, weightDecay: 0.3 });
    expect(recipe.sparsity).toEqual({ activation: "gelu", zerothBias: { placement: "input" } });
    expect(recipe.checkpointEvery).toEqual([1, 5]);
  });

  test.each(["steps", "=3", "steps={", "name=", "data.path=two words", "a b=3", "__proto__.x=1"])(
    "%s is an error that shows how",
    (set) => {
      expect(faultOf(() => compose({ extends: "digits-vit" }, [set]))).toContain("--set");
    },
  );
});

describe("what is wrong with a recipe", () => {
  const wrong = (change: object) => faultOf(() => checkRecipe(compose({ extends: "digits-vit", ...change })));

  test.each([
    [{ stepz: 3 }, "stepz: there is no such key. Did you mean steps?"],
    [
      { optimizer: { learningrate: 3 } },
      "optimizer.learningrate: there is no such key. Did you mean learningRate?",
    ],
    [
      { optimizer: { name: "adamx" } },
      'optimizer.name: expected one of adamw, adam, sgd, got "adamx". Did you mean',
    ],
    [{ schedule: { name: "cosin" } }, "Did you mean cosine?"],
    [{ schedule: { warmpu: 3 } }, "schedule.warmpu: there is no such key. Did you mean warmup?"],
    [{ data: { name: "digit" } }, "Did you mean digits?"],
    [{ model: { kind: "vitt" } }, "Did you mean vit"],
    [{ model: { widht: 3 } }, "model.widht: there is no such key. Did you mean width?"],
    [{ sparsity: { zerothbias: {} } }, "sparsity.zerothbias: there is no such key. Did you mean zerothBias?"],
    [
      { sparsity: { zerothBias: { clipp: 1 } } },
      "sparsity.zerothBias.clipp: there is no such key. Did you mean clip?",
    ],
    [{ steps: 0 }, "steps: expected at least 1, got 0"],
    [{ steps: "5" }, 'steps: expected a number, got "5"'],
    [{ batchSize: null }, "batchSize: expected a number, got nothing"],
    [{ optimizer: { betas: [0.9] } }, "optimizer.betas: expected at least 2 entries, got [0.9]"],
    [{ optimizer: { exclude: ["b"] } }, 'optimizer.exclude.0: expected "weight" or "bias" or'],
    [{ model: "vit" }, 'model: expected an object such as { "kind": "vit" }, got "vit"'],
    [{ sparsity: { restrictedLayerNorm: 3 } }, "expected true, got 3; or expected an object, got 3"],
    [{ checkpointEvery: "often" }, 'checkpointEvery: expected a number of steps, "log", or a list of steps'],
    [{ finetune: { lora: { rank: 2 } } }, "finetune.from: "],
    [{ data: { name: "text" } }, 'the model "vit" is for images, and the data set text has tokens'],
    [{ extends: "text-gpt", imageMixing: { mixup: 1 } }, "imageMixing: "],
  ])("%j", (change, message) => {
    expect(wrong(change)).toContain(message);
  });

  test.each([null, 3, "digits-vit", []])("%j is no recipe", (given) => {
    expect(faultOf(() => compose(given))).toContain("a recipe is an object of JSON");
  });

  test("objects without end, and keys that would get lost, are refused", () => {
    const inner = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    const data = JSON.parse(inner(50_000)) as unknown;
    expect(faultOf(() => compose({ extends: "digits-vit", data }))).toContain("within each other");
    const set = [`data=${inner(50_000)}`];
    expect(faultOf(() => compose({ extends: "digits-vit" }, set))).toContain("within each other");
    for (const text of ['"__proto__": {"steps": 1}', '"model": {"__proto__": {"width": 7}}']) {
      const given = JSON.parse(`{"extends": "digits-vit", ${text}}`) as unknown;
      expect(faultOf(() => compose(given))).toContain("__proto__: there is no such key");
    }
  });

  test("all faults are told at once", () => {
    const fault = wrong({ stepz: 3, batchSize: 0 });
    expect(fault).toContain("stepz");
    expect(fault).toContain("batchSize");
  });
});

test("checkpoints: the first and the last step always, N, log, or a list between", () => {
  const stepsOf = (checkpointEvery: Recipe["checkpointEvery"]): number[] => {
    const recipe = compose({ extends: "digits-vit", checkpointEvery, steps: 20 });
    return Array.from({ length: 21 }, (_, step) => step).filter((step) => isCheckpointStep(recipe, step));
  };
  expect(stepsOf([])).toEqual([0, 20]);
  expect(stepsOf(7)).toEqual([0, 7, 14, 20]);
  expect(stepsOf("log")).toEqual([0, 1, 2, 4, 8, 16, 20]);
  expect(stepsOf([3, 5, 100])).toEqual([0, 3, 5, 20]);
});
