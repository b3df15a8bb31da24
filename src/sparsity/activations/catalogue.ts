import { z } from "zod";
import { UsageError } from "../../errors.ts";
import type { Activation, ActivationEntry, ActivationSpec } from "./activation.ts";
import { denseReluEntry } from "./dense-relu.ts";
import { geluEntry } from "./gelu.ts";
import { geluNewEntry } from "./gelu-new.ts";
import { jsreluEntry } from "./jsrelu.ts";
import { leakyEntry } from "./leaky.ts";
import { mixedEntry } from "./mixed.ts";
import { reluEntry } from "./relu.ts";
import { sShapedEntry } from "./s-shaped.ts";
import { shiftEntry } from "./shift.ts";
import { siluEntry } from "./silu.ts";
import { squaredReluEntry } from "./squared-relu.ts";
import { sreluEntry } from "./srelu.ts";
import { symmetricReluEntry } from "./symmetric-relu.ts";

/** Every activation function that a recipe can name. */
export const activations: readonly ActivationEntry[] = [
  reluEntry,
  jsreluEntry,
  squaredReluEntry,
  geluEntry,
  geluNewEntry,
  siluEntry,
  sreluEntry,
  symmetricReluEntry,
  denseReluEntry,
  leakyEntry,
  shiftEntry,
  sShapedEntry,
  mixedEntry,
];

/** Functions made of functions made of ...: deeper is a mistake. */
const DEEPEST = 8;

/**
 * The activation function that a recipe tells of.
 *
 * @param spec - its name, or an object of its name and options, where `inner` and the like are such again.
 * @throws {UsageError} If there is none of that name, or its options don't fit.
 */
export function createActivation(spec: ActivationSpec): Activation {
  return createAt(spec, 1);
}

/** The function that transformers calls so, if there is one. */
export function activationOfTransformers(name: string): string | undefined {
  return activations
    .filter(({ options }) => options.safeParse({}).success)
    .find((entry) => createActivation(entry.name).huggingFace === name)?.name;
}

function createAt(spec: ActivationSpec, depth: number): Activation {
  const { name, ...options } = typeof spec === "string" ? { name: spec } : spec;
  if (depth > DEEPEST) {
    throw new UsageError(`an activation function of more than ${DEEPEST} functions within each other`);
  }
  const entry = activations.find((each) => each.name === name);
  if (!entry) {
    const names = activations.map((each) => each.name).join(", ");
    throw new UsageError(`there is no activation function "${name}": expected one of ${names}`);
  }
  const parsed = entry.options.safeParse(options);
  if (!parsed.success) {
    throw new UsageError(`options of the activation function ${name}: ${z.prettifyError(parsed.error)}`);
  }
  return entry.create(parsed.data, (inner) => createAt(inner, depth + 1));
}
