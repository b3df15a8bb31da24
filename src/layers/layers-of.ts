import type { Tensor } from "../checkpoint/tensor.ts";
import type { PlacedBlock } from "./block-depths.ts";
import { blockDepths } from "./block-depths.ts";
import type { DescribedTensor, Skip } from "./described-tensor.ts";
import { describeTensor } from "./described-tensor.ts";
import type { Layer } from "./layer.ts";
import type { Matricization } from "./matricize.ts";
import { readPart, rowReader } from "./matricize.ts";
import { nameMatcher } from "./name-globs.ts";
import { orientationOf, refutesOrientation } from "./orientation.ts";

/** Which tensors of a checkpoint are wanted. */
export interface LayerOptions {
  /** Globs on names; all tensors by default. */
  readonly include?: readonly string[];
  /** Globs on names that are left out, even when they are included. */
  readonly exclude?: readonly string[];
}

/**
 * Every tensor of a checkpoint as layers: matrices to analyse, or skipped with a reason.
 *
 * Kind, role, block and orientation come from naming tables, then from the shape. A tensor is one
 * row, but a stack of matrices is a row each. Nothing is read.
 *
 * @param tensors - in any order, which the result keeps.
 * @param options - globs on the tensors' names, or on single layers' (`experts.w1[3]`).
 * @returns at least one layer a tensor, with distinct `layer` names; `depth` counts blocks from
 *   input to output, or single layers where no name has a repeated block.
 * @throws {UsageError} If a glob is malformed.
 * @example
 * ```ts
 * import { layersOf, tensorOf } from "marchenko";
 * const weight = tensorOf("h.0.attn.c_attn.weight", [2, 6], new Float32Array(12));
 * const bias = tensorOf("h.0.attn.c_attn.bias", [6], new Float32Array(6));
 * const layers = layersOf([weight, bias]);
 * layers[0].role; // "query-key-value"
 * layers[1].skip.reason; // "not-a-matrix"
 * ```
 */
export function layersOf(tensors: Iterable<Tensor>, options: LayerOptions = {}): Layer[] {
  const isIncluded = options.include ? nameMatcher(options.include) : () => true;
  const isExcluded = nameMatcher(options.exclude ?? []);
  const isWanted = (names: readonly string[]) => names.some(isIncluded) && !names.some(isExcluded);

  const described = Array.from(tensors, describeTensor);
  const flipped = new Set(
    described.flatMap(({ named, tensor }) =>
      named !== null && refutesOrientation(named, tensor.shape) ? [named.family] : [],
    ),
  );
  const placed = placedBlocks(described);
  const depths = blockDepths([...placed.values()]);
  const firstOfStorage = new Map<string, string>();
  const taken = new Map<string, number>();

  return described.flatMap((one) => {
    const { tensor } = one;
    const parts = partsOf(one);
    const wanted = parts.map(({ name }) => isWanted([tensor.name, name]));
    const skip = one.skip ?? (wanted.includes(true) ? tiedSkip(tensor, firstOfStorage) : null);
    const block = one.block ?? (placed.has(one.path.module) ? one.path.module : null);
    const shared = {
      tensor: tensor.name,
      kind: one.kind,
      role: one.role,
      block,
      depth: block === null ? null : (depths.get(block) ?? null),
      dtype: tensor.dtype,
      orientation: orientationOf(one.named, one.path.outputsLast, flipped.has(one.named?.family ?? null)),
    };
    if (skip !== null || one.matricization === null) {
      const layer = distinctName(tensor.name, taken);
      const reason = wanted.includes(true) ? skip : EXCLUDED;
      return [skippedLayer({ ...shared, layer, shape: tensor.shape, skip: reason ?? EXCLUDED })];
    }
    const { matricization } = one;
    return parts.map(({ name, shape }, part) => {
      const common = { ...shared, layer: distinctName(name, taken), shape };
      return wanted[part]
        ? matrixLayer(common, tensor, matricization, part)
        : skippedLayer({ ...common, skip: EXCLUDED });
    });
  });
}

type LayerDescription = Omit<Layer, "matrixShape" | "skip" | "read" | "readRows">;

const EXCLUDED: Skip = { reason: "excluded", detail: "Left out by --include or --exclude." };

function matrixLayer(
  description: LayerDescription,
  tensor: Tensor,
  matricization: Matricization,
  part: number,
): Layer {
  return {
    ...description,
    matrixShape: [matricization.rows, matricization.columns],
    skip: null,
    readRows: rowReader(tensor, matricization, part),
    ...(tensor.roundingError && { roundingError: () => tensor.roundingError!() }),
    read: (into) => readPart(tensor, matricization, part, into),
  };
}

function skippedLayer(description: LayerDescription & { readonly skip: Skip }): Layer {
  return {
    ...description,
    matrixShape: null,
    readRows: null,
    read: async () => {
      throw new RangeError(
        `${description.layer} is skipped (${description.skip.reason}): it has no matrix to read`,
      );
    },
  };
}

/** The names and shapes of the rows that a tensor makes: one, or one a matrix of a stack. */
function partsOf({ tensor, matricization }: DescribedTensor): { name: string; shape: readonly number[] }[] {
  if (matricization === null || matricization.parts === 1)
    return [{ name: tensor.name, shape: tensor.shape }];
  const shape = [matricization.rows, matricization.columns];
  return Array.from({ length: matricization.parts }, (_, part) => ({
    name: `${tensor.name}[${part}]`,
    shape,
  }));
}

/** Blocks in the names, or each layer as its own block where no name has one (`fc1`, `fc2`). */
function placedBlocks(described: readonly DescribedTensor[]): Map<string, PlacedBlock> {
  const named = described.flatMap(({ block }) => (block === null ? [] : [{ block, kind: null }]));
  const single = described.flatMap(({ path, kind, matricization }) =>
    matricization === null || kind === "embedding" ? [] : [{ block: path.module, kind }],
  );
  return new Map((named.length > 0 ? named : single).map((placed) => [placed.block, placed]));
}

/** The first wanted tensor of equal bytes and shape is analysed, later ones refer to it. */
function tiedSkip(tensor: Tensor, firstOfStorage: Map<string, string>): Skip | null {
  if (tensor.storage === null) return null;
  const key = JSON.stringify([tensor.storage, tensor.shape, tensor.dtype]);
  const first = firstOfStorage.get(key);
  if (first !== undefined) return { reason: "tied", detail: `The same stored entries as ${first}.` };
  firstOfStorage.set(key, tensor.name);
  return null;
}

/** A name that no earlier layer has: a source in memory may repeat names. */
function distinctName(name: string, taken: Map<string, number>): string {
  let distinct = name;
  let copy = taken.get(name) ?? 1;
  while (taken.has(distinct)) distinct = `${name}#${++copy}`;
  taken.set(name, copy);
  taken.set(distinct, taken.get(distinct) ?? 1);
  return distinct;
}
