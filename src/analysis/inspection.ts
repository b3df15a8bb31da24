import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Layer } from "../layers/layer.ts";
import { layersOf } from "../layers/layers-of.ts";
import type { InspectedTensor, Inspection } from "./inspection-schema.ts";
import { totalsOf } from "./totals.ts";

/**
 * Describes a checkpoint by its headers alone, with the layers that an analysis of it would have.
 *
 * An analysis may skip more of them: only entries tell that a matrix is zero, or has numbers that are not finite.
 *
 * @param checkpoint - an open one.
 * @returns its tensors in the order of the file(s), and their sum.
 */
export async function inspectionOf(checkpoint: Checkpoint): Promise<Inspection> {
  const { id, path, format, step, epoch, leftOut } = checkpoint;
  const stored = checkpoint.tensors();
  const layers = layersOf(stored, { config: await checkpoint.config() });
  const layersByTensor = new Map<string, Layer[]>(stored.map(({ name }) => [name, []]));
  for (const layer of layers) {
    for (const tensor of layer.tensors ?? [layer.tensor]) layersByTensor.get(tensor)!.push(layer);
  }
  const tensors = stored.map(({ name, dtype, shape, sizeBytes }): InspectedTensor => {
    const own = layersByTensor.get(name)!;
    const analysed = own.filter(({ skip }) => skip === null);
    return {
      name,
      dtype,
      shape,
      bytes: sizeBytes,
      kind: own[0]!.kind,
      roles: [...new Set(own.map(({ role }) => role))].filter((role) => role !== null),
      orientation: analysed[0]?.orientation ?? null,
      matrices: analysed.length,
      reason: analysed.length > 0 ? null : own[0]!.skip!.reason,
    };
  });
  const outcomes = layers.map(({ skip }) => {
    return skip === null
      ? ({ status: "analysed", reason: null } as const)
      : ({ status: "skipped", reason: skip.reason } as const);
  });
  return {
    id,
    path,
    format,
    step,
    epoch,
    tensors,
    summary: {
      ...totalsOf(layers, outcomes),
      bytes: storedBytes(checkpoint),
      dtypes: dtypesOf(tensors),
      skipped: skippedLayers(layers),
    },
    files: checkpoint.files.map((file) => ({ path: file, bytes: checkpoint.fileSizes.get(file) ?? 0 })),
    leftOut,
  };
}

function storedBytes(checkpoint: Checkpoint): number {
  const seen = new Set<string>();
  let bytes = 0;
  for (const { storage, shape, dtype, sizeBytes } of checkpoint.tensors()) {
    const key = storage === null ? null : JSON.stringify([storage, shape, dtype]);
    if (key === null || !seen.has(key)) bytes += sizeBytes;
    if (key !== null) seen.add(key);
  }
  return bytes;
}

function dtypesOf(tensors: readonly InspectedTensor[]): Inspection["summary"]["dtypes"] {
  const byDtype = new Map<string, { tensors: number; bytes: number }>();
  for (const { dtype, bytes } of tensors) {
    const so = byDtype.get(dtype) ?? { tensors: 0, bytes: 0 };
    byDtype.set(dtype, { tensors: so.tensors + 1, bytes: so.bytes + bytes });
  }
  return Array.from(byDtype, ([dtype, counted]) => ({ dtype, ...counted })).sort((a, b) => b.bytes - a.bytes);
}

type Skipped = Inspection["summary"]["skipped"][number];

/** Most layers first. */
function skippedLayers(layers: readonly Layer[]): Skipped[] {
  const byReason = new Map<string, Skipped>();
  for (const { layer, skip, entries } of layers) {
    if (skip === null) continue;
    const { reason, detail } = skip;
    const so = byReason.get(reason) ?? { reason, layers: 0, parameters: 0, example: layer, detail };
    byReason.set(reason, { ...so, layers: so.layers + 1, parameters: so.parameters + entries });
  }
  return [...byReason.values()].sort((a, b) => b.layers - a.layers);
}
