import { sameShape, shapeText } from "../autodiff/shape.ts";
import { similarNames } from "../checkpoint/nearest-names.ts";
import { openCheckpoint } from "../checkpoint/open-checkpoint.ts";
import type { Tensor } from "../checkpoint/tensor.ts";
import { CheckpointFormatError, NothingToAnalyzeError, UnreadableInputError, UsageError } from "../errors.ts";
import { floatFormats } from "../linalg/float-formats.ts";
import type { ParameterSpec, Traced } from "../models/model.ts";

/** Names of each sort that a message lists at most. */
const MOST_NAMED = 5;

const toFinetune =
  "Set the model's sizes to the checkpoint's, or, to finetune, name parameters that are to start anew in finetune.fresh.";

/** Roles of parameters that a module of the trainer adds: no checkpoint from elsewhere has them. */
const added: ReadonlySet<ParameterSpec["role"]> = new Set(["zeroth-bias", "lora"]);

/**
 * A checkpoint's weights for a model, by name: what finetuning starts from, and what is measured.
 *
 * @param path - a checkpoint: a file or a folder of one model.
 * @param fresh - names of parameters that start anew, whatever the checkpoint has.
 * @param advice - what to do where they are not the model's.
 * @returns entries for the parameters that it has; zeroth biases and low-rank factors may be missing.
 * @throws {UsageError} If others are missing, unexpected, of another shape or integers: it lists them.
 * @throws {UnreadableInputError} If the path can't be read; {CheckpointFormatError} If it is damaged, or an entry is not
 *   finite.
 */
export async function loadWeights(
  path: string,
  traced: Traced,
  fresh: readonly string[],
  advice = toFinetune,
): Promise<Map<string, Float32Array | Float64Array>> {
  const checkpoint = await openCheckpoint(path).catch((cause: unknown) => {
    // To an analysis a folder without a model is nothing to do; here it was to be read.
    if (!(cause instanceof NothingToAnalyzeError)) throw cause;
    throw new UnreadableInputError(`finetune.from: ${cause.message}`, { cause });
  });
  try {
    return await weightsOf(path, checkpoint.tensors(), traced, fresh, advice);
  } finally {
    await checkpoint.close();
  }
}

/**
 * The weights of a checkpoint that is open, as {@link loadWeights} gives them.
 *
 * @param path - for messages.
 */
export async function weightsOf(
  path: string,
  tensors: Iterable<Tensor>,
  traced: Traced,
  fresh: readonly string[],
  advice: string,
): Promise<Map<string, Float32Array | Float64Array>> {
  const stored = new Map(Array.from(tensors, (tensor) => [tensor.name, tensor]));
  const found = new Map<string, Tensor>();
  const list = (): string[] => [];
  const faults = { missing: list(), otherShape: list(), notFloat: list(), unexpected: list() };
  const known = new Set(fresh);
  for (const { spec } of traced.parameters.values()) {
    const names = [spec.name, ...(spec.aliases ?? [])];
    for (const name of names) known.add(name);
    if (fresh.includes(spec.name)) continue;
    const tensor = names.map((name) => stored.get(name)).find((each) => each !== undefined);
    if (!tensor) {
      if (!added.has(spec.role)) faults.missing.push(spec.name);
    } else if (!sameShape(tensor.shape, spec.shape)) {
      faults.otherShape.push(`${spec.name} ${shapeText(tensor.shape)}, not ${shapeText(spec.shape)}`);
    } else if (!(tensor.dtype in floatFormats)) {
      faults.notFloat.push(`${spec.name} ${tensor.dtype}`);
    } else found.set(spec.name, tensor);
  }
  requireKnown(fresh, traced, stored);
  const isUnexpected = (name: string) => !known.has(name) && !traced.ignores?.(name);
  faults.unexpected.push(...Array.from(stored.keys()).filter(isUnexpected));
  requireNone(path, faults, advice);
  const weights = new Map<string, Float32Array | Float64Array>();
  for (const [name, tensor] of found) weights.set(name, await finiteEntries(path, tensor));
  return weights;
}

/** @throws {CheckpointFormatError} If one is no finite number: training could only go on with NaN. */
async function finiteEntries(path: string, tensor: Tensor): Promise<Float32Array | Float64Array> {
  const entries = await tensor.read();
  if (entries.every(Number.isFinite)) return entries;
  throw new CheckpointFormatError(
    `the weights in ${path}: ${tensor.name} has entries that are no finite numbers. Take another checkpoint.`,
  );
}

/** A name that is neither the model's nor the checkpoint's is a slip, and the parameter it meant would be loaded. */
function requireKnown(fresh: readonly string[], traced: Traced, stored: ReadonlyMap<string, Tensor>): void {
  const own = Array.from(traced.parameters.values(), ({ spec }) => spec.name);
  for (const name of fresh) {
    if (own.includes(name) || stored.has(name)) continue;
    const near = similarNames(name, own);
    const hint =
      near.length > 0
        ? ` Did you mean ${near.join(" or ")}?`
        : ` It has ${own.slice(-MOST_NAMED).join(", ")} and others.`;
    throw new UsageError(`finetune.fresh: the model has no parameter ${name}.${hint}`);
  }
}

function requireNone(
  path: string,
  faults: Readonly<Record<string, readonly string[]>>,
  advice: string,
): void {
  const words: Readonly<Record<string, string>> = {
    missing: "it lacks",
    otherShape: "of another shape",
    notFloat: "not floating-point numbers",
    unexpected: "the model has no",
  };
  const lines = Object.entries(faults).flatMap(([sort, names]) => {
    if (names.length === 0) return [];
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
    return [`  ${words[sort]}: ${names.slice(0, MOST_NAMED).join(", ")}${more}`];
  });
  if (lines.length === 0) return;
  throw new UsageError(
    `the weights in ${path} are not those of the recipe's model:\n${lines.join("\n")}\n${advice}`,
  );
}
