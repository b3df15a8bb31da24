import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { experiments } from "../../src/experiments/catalogue.ts";
import type { Experiment, Setting } from "../../src/experiments/experiment.ts";
import { runTable } from "../../src/experiments/run-table.ts";
import { claimVerdicts } from "../../src/experiments/verdict.ts";
import { composeRecipe } from "../../src/train/compose-recipe.ts";
import { checkRecipe } from "../../src/train/prepare-recipe.ts";
import { presetsByName } from "../../src/train/presets/catalogue.ts";

const full = ["image-folder:pictures", "c4:shards", "mnist", "cifar10:pictures"];
const small: Setting[] = [true, false].map((quick) => ({ scale: "small", quick, data: null }));

test("ids are unique, and those of the contract", () => {
  const ids = experiments.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const known = ["scratch", "finetune", "ablation", "width", "flatness", "noise", "manipulation"];
  expect(ids.toSorted()).toEqual(known.toSorted());
});

/** The whole recipe of each variant; one that starts from another has a path to start from. */
function recipesOf(experiment: Experiment, setting: Setting) {
  return experiment.variants(setting).map(({ id, recipe, startsFrom }) => {
    const finetune = startsFrom && {
      finetune: { ...(recipe.finetune as object | undefined), from: "start" },
    };
    return composeRecipe({ name: id, ...recipe, ...finetune }, { presets: presetsByName });
  });
}

/** Settings that an experiment has: at full scale with data that it takes. */
function settingsOf(experiment: Experiment): Setting[] {
  const atFull = full
    .map((data): Setting => ({ scale: "full", quick: false, data }))
    .filter((setting) => {
      try {
        recipesOf(experiment, setting).map(checkRecipe);
        return true;
      } catch (error) {
        // Of other data it says that they don't fit, and never fails otherwise.
        expect(error).toBeInstanceOf(UsageError);
        return false;
      }
    });
  expect(atFull.length).toBeGreaterThan(0);
  return [...small, ...atFull];
}

describe.each(experiments.map((each) => [each.id, each] as const))("%s", (_, experiment) => {
  test("at least three seeds usually, one with --quick", () => {
    expect(experiment.seeds.usual).toBeGreaterThanOrEqual(3);
    expect(experiment.seeds.quick).toBe(1);
  });

  test("variants have names for folders, recipes that are right, and start from one before", () => {
    for (const setting of settingsOf(experiment)) {
      const seen = new Set<string>();
      for (const { id, startsFrom } of experiment.variants(setting)) {
        expect(id).toMatch(/^[a-z0-9-]+$/);
        expect(seen.has(id)).toBe(false);
        if (startsFrom !== undefined) expect(seen.has(startsFrom)).toBe(true);
        seen.add(id);
      }
      for (const recipe of recipesOf(experiment, setting)) checkRecipe(recipe);
    }
  });

  test("without a finished run all is undecided, and tables and charts are still made", () => {
    for (const setting of settingsOf(experiment)) {
      const runs = runTable(setting, [0, 1, 2], experiment.variants(setting), () => null);
      for (const { judge } of experiment.claims) {
        const { verdict, evidence } = judge(runs);
        expect(verdict).toBe("undecided");
        expect(claimVerdicts).toContain(verdict);
        expect(evidence).toMatch(/[A-Za-z].*\./);
      }
      for (const { columns, rows } of experiment.tables(runs)) {
        for (const { cells } of rows) {
          expect(cells).toHaveLength(columns.length);
          for (const cell of cells) expect(cell).toHaveLength(3);
        }
      }
      experiment.charts(runs);
      expect(experiment.limits(setting).length).toBeGreaterThan(0);
    }
  });

  test("the full scale without data says which to give", () => {
    const setting: Setting = { scale: "full", quick: false, data: null };
    try {
      experiment.variants(setting);
    } catch (error) {
      expect((error as Error).message).toMatch(/give --data/);
    }
  });
});
