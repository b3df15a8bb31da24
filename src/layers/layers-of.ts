import type { ModelConfig } from "../checkpoint/model-config.ts";
import type { Tensor } from "../checkpoint/tensor.ts";
import { entryCount } from "../checkpoint/tensor.ts";
import { averagedCopies } from "./averaged-copies.ts";
import type { PlacedBlock } from "./block-depths.ts";
import { blockDepths } from "./block-depths.ts";
import { combinationKinds } from "./combinations/catalogue.ts";
import type { Combination } from "./combinations/combination.ts";
import { depthwiseKernels, transposedByBias } from "./convolutions.ts";
import type { DescribedTensor, Skip } from "./described-tensor.ts";
import { describeTensor } from "./described-tensor.ts";
import { expertCount, headCounts } from "./head-counts.ts";
import type { Layer } from "./layer.ts";
import { type Checkpointed, convolutionOf, type MatrixRow, MOST_PARTS, matricesOf } from "./matrices-of.ts";
import { nameMatcher } from "./name-globs.ts";
import { orientationOf, refutesOrientation } from "./orientation.ts";
import { partRoundingError, readPart, rowReader, showsBytes, storedShower } from "./tensor-part.ts";

/** Which tensors of a checkpoint are wanted, and what is known of its model. */
export interface LayerOptions {
  /** Globs on names; all tensors by default. */
  readonly include?: readonly string[];
  /** Globs on names that are left out, even when they are included. */
  readonly exclude?: readonly string[];
  /** The model's `config.json`, parsed: it tells heads and experts where shapes do not. */
  readonly config?: ModelConfig | null;
  /** Whether matrices that were joined in one tensor (queries, keys and values; gates) stay one; false by default. */
  readonly keepFused?: boolean;
}

/**
 * Every tensor of a checkpoint as layers: matrices to analyse, or skipped with a reason.
 *
 * Kind, role, block and orientation come from naming tables, then from the shape. A tensor is one
 * row, but a stack of matrices, or several joined in one, are a row each, and tensors that make one matrix (low-rank
 * factors, weight norm) one together. Nothing is read.
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
 * layers.map(({ role }) => role); // ["query", "key", "value", null]
 * layers[0].layer; // "h.0.attn.c_attn.weight[q]"
 * layers[3].skip.reason; // "not-a-matrix"
 * ```
 */
export function layersOf(tensors: Iterable<Tensor>, options: LayerOptions = {}): Layer[] {
  const isIncluded = options.include ? nameMatcher(options.include) : () => true;
  const isExcluded = nameMatcher(options.exclude ?? []);
  const isWanted = (names: readonly string[]) => names.some(isIncluded) && !names.some(isExcluded);

  const stored = [...tensors];
  const { rows, combinations } = combined(stored, options.config ?? {});
  const transposed = transposedByBias(stored);
  const depthwise = depthwiseKernels(rows, transposed);
  const described = rows.map((tensor) => describeTensor(tensor, depthwise.has(tensor.name)));
  const flipped = new Set(
    described.flatMap(({ named, tensor, declared }) =>
      named !== null && declared === null && refutesOrientation(named, tensor.shape) ? [named.family] : [],
    ),
  );
  const copies = averagedCopies(rows);
  const placed = placedBlocks(described);
  const depths = blockDepths([...placed.values()]);
  const firstOfStorage = new Map<string, string>();
  const taken = new Map<string, number>();
  const known: Checkpointed = {
    shapes: new Map(stored.map(({ name, shape }) => [name, shape])),
    heads: headCounts(options.config ?? {}),
    experts: expertCount(options.config ?? {}),
    keepFused: options.keepFused ?? false,
  };

  let most = MOST_PARTS;
  return described.flatMap((one) => {
    const { tensor } = one;
    const combination = combinations.get(tensor) ?? null;
    const names = combination?.sources.map(({ name }) => name) ?? [tensor.name];
    const orientation =
      combination?.orientation ??
      one.declared?.orientation ??
      orientationOf(
        one.named,
        one.path.outputsLast,
        flipped.has(one.named?.family ?? null),
        transposed.has(tensor.name),
      );
    const matrices = matricesOf(one, orientation, known, most);
    if (matrices && matrices.length > 1) most -= matrices.length;
    const wanted = (matrices ?? [tensor]).map(({ name }) => isWanted([...names, name]));
    const original = copies.get(tensor.name);
    const skip =
      one.skip ??
      (matrices === null ? TOO_MANY : null) ??
      (wanted.includes(true)
        ? ((original !== undefined && isWanted([original]) ? copySkip(original) : null) ??
          tiedSkip(tensor, firstOfStorage))
        : null);
    const block = one.block ?? (placed.has(one.path.module) ? one.path.module : null);
    const shared = {
      tensor: tensor.name,
      tensors: combination ? names : null,
      kind: one.kind,
      block,
      depth: block === null ? null : (depths.get(block) ?? null),
      dtype: tensor.dtype,
    };
    if (skip !== null || matrices === null || one.matricization === null) {
      const layer = distinctName(tensor.name, taken);
      const reason = wanted.includes(true) ? skip : EXCLUDED;
      const { shape } = tensor;
      const entries = entriesOf(combination) ?? entryCount(shape);
      const { role } = one;
      const described = { layer, role, orientation, shape, entries, skip: reason ?? EXCLUDED, ...shared };
      return [skippedLayer(described)];
    }
    return matrices.map((matrix, i) => {
      const { name, shape, role, orientation } = matrix;
      const isWhole = matrices.length === 1;
      const entries = (isWhole ? entriesOf(combination) : null) ?? entryCount(shape);
      const common = { layer: distinctName(name, taken), role, orientation, shape, entries, ...shared };
      if (!wanted[i]) return skippedLayer({ skip: EXCLUDED, ...common });
      const convolution = isWhole ? convolutionOf(one) : null;
      return matrixLayer({ convolution, ...common }, tensor, matrix, combination);
    });
  });
}

type LayerDescription = Omit<
  Layer,
  "matrixShape" | "skip" | "read" | "readRows" | "part" | "factored" | "convolution"
>;

const EXCLUDED: Skip = { reason: "excluded", detail: "Left out by --include or --exclude." };

// A spread comes last here: of literals that begin with one, V8 gives each object a hidden class of its own, which takes
// more memory than the object, and some of the models that are read have a hundred thousand tensors.

function matrixLayer(
  description: LayerDescription & Pick<Layer, "convolution">,
  tensor: Tensor,
  { part, matrixShape }: MatrixRow,
  combination: Combination | null,
): Layer {
  return {
    matrixShape,
    skip: null,
    part: combination ? null : part,
    factored: combination?.factored ?? null,
    readRows: rowReader(tensor, part),
    ...(tensor.roundingError && {
      roundingError: () => partRoundingError((start, end) => tensor.roundingError!(start, end), part),
    }),
    read: (into, show) => readPart(tensor, part, into, show),
    showsBytes: showsBytes(tensor, part),
    showStored: storedShower(tensor, part),
    ...description,
  };
}

function skippedLayer(description: LayerDescription & { readonly skip: Skip }): Layer {
  return {
    matrixShape: null,
    part: null,
    factored: null,
    convolution: null,
    readRows: null,
    read: async () => {
      throw new RangeError(
        `${description.layer} is skipped (${description.skip.reason}): it has no matrix to read`,
      );
    },
    ...description,
  };
}

const TOO_MANY: Skip = {
  reason: "not-a-matrix",
  detail: `A stack of matrices: more than ${MOST_PARTS} of a checkpoint are not taken apart.`,
};

/** The tensors that become rows: those that make a matrix together stand for it at the first one's place. */
function combined(
  stored: readonly Tensor[],
  config: ModelConfig,
): { rows: Tensor[]; combinations: Map<Tensor, Combination> } {
  const byName = new Map(stored.map((tensor) => [tensor.name, tensor]));
  // A source in memory may repeat names: its tensors then stay by themselves.
  const named = (name: string) => (byName.size === stored.length ? (byName.get(name) ?? null) : null);
  const combinations = new Map<Tensor, Combination>();
  const partners = new Set<Tensor>();
  const firsts = new Map<Tensor, Combination>();
  for (const tensor of stored) {
    for (const kind of combinationKinds) {
      const made = kind.combine(tensor, named, config);
      if (!made || made.sources.some((source) => partners.has(source) || firsts.has(source))) continue;
      firsts.set(tensor, made);
      combinations.set(made.tensor, made);
      for (const partner of made.sources) if (partner !== tensor) partners.add(partner);
    }
  }
  const rows = stored.flatMap((tensor) =>
    partners.has(tensor) ? [] : [firsts.get(tensor)?.tensor ?? tensor],
  );
  return { rows, combinations };
}

/** Stored entries of all tensors that make a row together. */
function entriesOf(combination: Combination | null): number | null {
  if (!combination) return null;
  return combination.sources.reduce((sum, { shape }) => sum + entryCount(shape), 0);
}

/** Blocks in the names, or each layer as its own block where no name has one (`fc1`, `fc2`). */
function placedBlocks(described: readonly DescribedTensor[]): Map<string, PlacedBlock> {
  const named = described.flatMap(({ block }) => (block === null ? [] : [{ block, kind: null }]));
  const single = described.flatMap(({ path, kind, matricization }) =>
    matricization === null || kind === "embedding" ? [] : [{ block: path.module, kind }],
  );
  return new Map((named.length > 0 ? named : single).map((placed) => [placed.block, placed]));
}

function copySkip(original: string): Skip {
  return { reason: "duplicate", detail: `An average of ${original} over training.` };
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
