import { adam } from "./adam.ts";
import { adamw } from "./adamw.ts";
import type { OptimizerDefinition } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

/** Every optimiser that a recipe can name. */
export const optimizers: readonly OptimizerDefinition[] = [adamw, adam, sgd];
