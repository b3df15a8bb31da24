import { analyze } from "../analysis/analyze.ts";
import type { AnalyzeOptions } from "../analysis/analyze-options.ts";
import { type LayerSource, layersIn } from "../analysis/open-sources.ts";
import type { LayerResult } from "../analysis/result.ts";
import { schemaVersion } from "../analysis/version.ts";
import { NothingToAnalyzeError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { nameMatcher } from "../layers/name-globs.ts";
import { alignNames, type NamedShape } from "./align-names.ts";
import { type ComparedInput, type ComparisonInput, openCompared } from "./compared-input.ts";
import { comparedLayer } from "./compared-layer.ts";
import { comparisonProvenance, describedCheckpoint, warningsOn } from "./comparison-provenance.ts";
import { layerDifference } from "./layer-difference.ts";
import { type LayerPair, type LeadingPairs, leadingPairs } from "./leading-pairs.ts";
import { pairLayers } from "./pair-layers.ts";
import type { ComparedLayer, ComparisonResult } from "./result.ts";
import { summarizeDifferences } from "./summarize-differences.ts";

/** What shapes a comparison: what shapes the analyses in it, of sides that are no saved results. */
export interface CompareOptions
  extends Pick<
    AnalyzeOptions,
    | "include"
    | "exclude"
    | "keepFused"
    | "seed"
    | "method"
    | "engine"
    | "workers"
    | "maxMemory"
    | "remote"
    | "onProgress"
    | "signal"
  > {
  /** Told of each layer whose leading singular vectors are done, with the share of them: after all analyses. */
  readonly onSubspaces?: (layer: string, share: number) => void;
  /** Whether to compare leading singular subspaces, which takes singular vectors of both sides; true by default. */
  readonly overlap?: boolean;
}

/**
 * Compares two checkpoints, or saved analyses of them, layer by layer: B less A.
 *
 * Layers are aligned by name and shape; a prefix that only one side's names have does not matter. Each metric's difference has the uncertainty that the two results hold. Of two
 * checkpoints also W_B - W_A is analysed, by the walk that `analyze` is, and their leading singular subspaces are compared.
 *
 * @param a - a checkpoint, an analysis, or the path of either; of a series the last one.
 * @param b - the same.
 * @returns layers, the most moved first, and what only one of the two has.
 * @throws {NothingToAnalyzeError} If no layer is in both; {UsageError} If a side holds several models; otherwise as
 *   `analyze`.
 * @example
 * ```ts
 * import { compare, randomStream, tensorOf } from "marchenko";
 * const stream = randomStream(7, ["weights"]);
 * const base = Float32Array.from({ length: 64 * 32 }, () => stream.normal());
 * const model = (id, data) => ({ id, tensors: () => [tensorOf("fc1.weight", [64, 32], data)] });
 * // Finetuning has added a direction of strength 32.
 * const tuned = base.map((entry) => entry + 32 / Math.sqrt(64 * 32));
 * const { layers } = await compare(model("base", base), model("tuned", tuned));
 * layers[0].relativeChange; // 0.702
 * layers[0].change.metrics.stableRank; // 1.0
 * layers[0].differences["metrics.spectralNorm"].state; // "moved"
 * ```
 */
export async function compare(
  a: ComparisonInput,
  b: ComparisonInput,
  options: CompareOptions = {},
): Promise<ComparisonResult> {
  const before = await openCompared(a, options);
  try {
    const after = await openCompared(b, options);
    try {
      return await compareOpened(before, after, options);
    } finally {
      await after.close();
    }
  } finally {
    await before.close();
  }
}

async function compareOpened(
  a: ComparedInput,
  b: ComparedInput,
  options: CompareOptions,
): Promise<ComparisonResult> {
  const { overlap = true, onSubspaces, ...wanted } = options;
  const fresh = [a, b].flatMap(({ opened }) => (opened ? [opened] : []));
  const isWanted = wantedLayers(options);
  const inA = a.opened && (await layersIn(a.opened, options));
  const inB = b.opened && (await layersIn(b.opened, options));
  const rowsOf = ({ saved }: ComparedInput) => saved!.checkpoint.layers.filter(isWanted);
  // Said before hours of analysis, not after.
  requireCommon(inA ?? rowsOf(a), inB ?? rowsOf(b));
  const both = inA && inB ? pairedLayers(inA, inB) : [];
  const difference = both.length > 0 ? differenceSource(both) : null;
  const sources = [...fresh.map(({ source }) => source), ...(difference ? [difference] : [])];
  const analysis = fresh.length === 0 ? null : await analyze(sources, wanted);
  const analysed = [...(analysis?.checkpoints ?? [])];
  const side = ({ opened, saved }: ComparedInput) => {
    const own = opened ? analysed.shift()! : saved!.checkpoint;
    const layers = saved ? own.layers.filter(isWanted) : own.layers;
    return { described: describedCheckpoint(opened, own, layers), layers };
  };
  const [before, after] = [side(a), side(b)];
  const changes = new Map(difference ? analysed.shift()!.layers.map((row) => [row.layer, row]) : []);
  const { pairs, onlyInA, onlyInB, notCompared } = pairLayers(before.layers, after.layers);
  if (pairs.length === 0) throw new NothingToAnalyzeError(nothingInCommon(onlyInA.length, onlyInB.length));
  const unmoved = new Set(
    Array.from(changes.values(), ({ layer, reason }) => (reason === "zero" ? layer : "")),
  );
  const vectors = overlap
    ? await leadingPairs(both, pairs, unmoved, options)
    : new Map<string, LeadingPairs>();
  const layers = pairs
    .map((pair, place) =>
      comparedLayer(
        pair.a,
        pair.b,
        place,
        changes.get(pair.b.layer) ?? null,
        vectors.get(pair.b.layer) ?? null,
      ),
    )
    .sort(mostMovedFirst);
  const inState = (state: ComparedLayer["state"]) => layers.filter((layer) => layer.state === state).length;
  return {
    type: "comparison",
    schemaVersion,
    provenance: comparisonProvenance(a, b, analysis, overlap),
    warnings: [...a.warnings, ...b.warnings, ...warningsOn(a, b), ...(analysis?.warnings ?? [])],
    a: before.described,
    b: after.described,
    totals: {
      compared: layers.length,
      moved: inState("moved"),
      none: inState("none"),
      identical: inState("identical"),
      verdictChanged: layers.filter(({ verdicts }) => verdicts.a !== verdicts.b).length,
      onlyInA: onlyInA.length,
      onlyInB: onlyInB.length,
      notCompared: notCompared.length,
    },
    summary: summarizeDifferences(layers),
    layers,
    onlyInA: [...onlyInA],
    onlyInB: [...onlyInB],
    notCompared: [...notCompared],
  };
}

/** Layers that both checkpoints have, with one name and shape, and that are not skipped. */
function pairedLayers(before: readonly Layer[], after: readonly Layer[]): LayerPair[] {
  const inA = new Map(before.map((layer) => [layer.layer, layer]));
  const namesInA = new Map(Array.from(alignNames(before, after), ([one, other]) => [other, one]));
  return after.flatMap((after) => {
    const before = inA.get(namesInA.get(after.layer) ?? "");
    if (!before || before.skip || after.skip) return [];
    const isSame =
      String(before.shape) === String(after.shape) &&
      String(before.matrixShape) === String(after.matrixShape);
    return isSame ? [{ a: before, b: after }] : [];
  });
}

/** @throws {NothingToAnalyzeError} If no name is in both with one shape. */
function requireCommon(a: readonly NamedShape[], b: readonly NamedShape[]): void {
  const aligned = alignNames(a, b);
  const shapes = new Map(b.map(({ layer, shape }) => [layer, String(shape)]));
  if (a.some(({ layer, shape }) => shapes.get(aligned.get(layer) ?? "") === String(shape))) return;
  throw new NothingToAnalyzeError(nothingInCommon(a.length - aligned.size, b.length - aligned.size));
}

/** The source of W_B - W_A. */
function differenceSource(both: readonly LayerPair[]): LayerSource {
  return {
    id: "W_B - W_A",
    tensors: () => [],
    layers: () => both.map(({ a, b }) => layerDifference(a, b)),
  };
}

/** Saved results are filtered by name, as checkpoints are when they are opened. */
function wantedLayers({ include, exclude = [] }: CompareOptions): (row: LayerResult) => boolean {
  const isIncluded = include ? nameMatcher(include) : () => true;
  const isExcluded = nameMatcher(exclude);
  return ({ tensor, layer }) => {
    const names = [tensor, layer];
    return names.some(isIncluded) && !names.some(isExcluded);
  };
}

/** The farthest moved first; layers that are alike in the order of A. */
function mostMovedFirst(a: ComparedLayer, b: ComparedLayer): number {
  const size = ({ relativeChange, spectralDistance }: ComparedLayer) =>
    relativeChange ?? spectralDistance ?? -1;
  return size(b) - size(a);
}

function nothingInCommon(onlyInA: number, onlyInB: number): string {
  return (
    `nothing to compare: no layer that was analysed is in both with one name and shape ` +
    `(${onlyInA} only in A, ${onlyInB} only in B); marchenko inspect lists the names`
  );
}
