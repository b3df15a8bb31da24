import { similarNames } from "../checkpoint/nearest-names.ts";
import { UsageError } from "../errors.ts";
import { ablation } from "./ablation.ts";
import type { Experiment } from "./experiment.ts";
import { finetune } from "./finetune.ts";
import { flatness } from "./flatness.ts";
import { manipulation } from "./manipulation.ts";
import { noise } from "./noise.ts";
import { scratch } from "./scratch.ts";
import { width } from "./width.ts";

/** Every experiment, in the order of lists. */
export const experiments: readonly Experiment[] = [
  scratch,
  finetune,
  ablation,
  width,
  flatness,
  noise,
  manipulation,
];

/** @throws {UsageError} If there is none of that name. */
export function experimentById(id: string): Experiment {
  const found = experiments.find((each) => each.id === id);
  if (found) return found;
  const ids = experiments.map((each) => each.id);
  const near = similarNames(id, ids);
  const hint = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
  throw new UsageError(`expected an experiment (${ids.join(", ")}), got ${JSON.stringify(id)}.${hint}`);
}
