import type { CheckpointResult, LayerResult } from "../analysis/result.ts";

/** A text about a layer as a column: what it is, beside the numbers of `columns.ts`. */
export interface FactColumn {
  readonly id: string;
  /** True when the text is a number, which no table may take for anything else. */
  readonly isNumber?: true;
  text(checkpoint: CheckpointResult, layer: LayerResult): string;
}

/** The texts that open every machine-readable row; "" where a layer has none. */
export const factColumns: readonly FactColumn[] = [
  { id: "checkpoint", text: (checkpoint) => checkpoint.id },
  {
    id: "step",
    isNumber: true,
    text: (checkpoint) => (checkpoint.step === null ? "" : String(checkpoint.step)),
  },
  { id: "layer", text: (_, layer) => layer.layer },
  { id: "kind", text: (_, layer) => layer.kind },
  { id: "role", text: (_, layer) => layer.role ?? "" },
  { id: "block", text: (_, layer) => layer.block ?? "" },
  { id: "depth", isNumber: true, text: (_, layer) => (layer.depth === null ? "" : String(layer.depth)) },
  { id: "shape", text: (_, layer) => shapeText(layer.shape, "x") },
  { id: "dtype", text: (_, layer) => layer.dtype },
  { id: "status", text: (_, layer) => layer.status },
  { id: "reason", text: (_, layer) => layer.reason ?? "" },
  { id: "verdict", text: (_, layer) => layer.verdict ?? "" },
  { id: "powerLaw.reliable", text: (_, layer) => (layer.powerLaw ? String(layer.powerLaw.reliable) : "") },
  { id: "powerLaw.reason", text: (_, layer) => layer.powerLaw?.reason ?? "" },
];

/** `384×1536`; "scalar" for no axes. */
export function shapeText(shape: readonly number[], times = "×"): string {
  return shape.length === 0 ? "scalar" : shape.join(times);
}
