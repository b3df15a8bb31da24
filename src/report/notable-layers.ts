import type { Finding, LayerResult } from "../analysis/result.ts";

/**
 * How far a layer's concentration ratio lies outside what noise of its shape gives.
 *
 * @param layer - an analysed layer.
 * @returns log of the ratio over the 95 % quantile under noise (or of the 5 % one over the ratio),
 *   above 0 outside the range; null without a ratio or a range.
 */
export function ratioExcess(layer: LayerResult): number | null {
  const ratio = layer.concentration?.ratio;
  const range = layer.concentration?.ratioNull;
  if (ratio === null || ratio === undefined || range === null || range === undefined) return null;
  return Math.max(Math.log(ratio / range.high), Math.log(range.low / ratio));
}

/**
 * The layers that differ most from noise by their concentration ratio. One that is undetermined, or
 * has one singular value, does not: nothing was shown of it, however its ratio lies.
 *
 * @param layers - layers of one checkpoint.
 * @param count - how many at most.
 * @returns the farthest first; ties keep the order of the file.
 */
export function notableLayers(layers: readonly LayerResult[], count: number): LayerResult[] {
  return layers
    .filter((layer) => layer.verdict !== "undetermined" && Math.min(...matrixShape(layer)) > 1)
    .map((layer) => ({ layer, excess: ratioExcess(layer) }))
    .filter((item): item is { layer: LayerResult; excess: number } => item.excess !== null)
    .sort((a, b) => b.excess - a.excess)
    .slice(0, count)
    .map((item) => item.layer);
}

/** The analysed matrix; of a saved result without a spectrum, the tensor. */
function matrixShape({ spectrum, shape }: LayerResult): readonly number[] {
  return spectrum === null ? shape : [spectrum.rows, spectrum.columns];
}

const severityOrder = ["error", "warning", "info"] as const;

/** A mark for each severity, so that colour is never alone. */
export const severityMarks: Readonly<Record<Finding["severity"], string>> = {
  error: "✗",
  warning: "!",
  info: "i",
};

/** The findings, errors first; equal ones keep their order. */
export function sortFindings<T extends Finding>(findings: readonly T[]): T[] {
  return severityOrder.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
