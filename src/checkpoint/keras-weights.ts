import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import { type Hdf5File, withHdf5 } from "./hdf5-file.ts";
import { hdf5Tensor } from "./hdf5-tensor.ts";
import { kerasUse } from "./keras-axes.ts";
import { type KerasLayer, kerasLayers } from "./keras-layers.ts";
import { HDF5_DEPTH, HDF5_PATHS } from "./limits.ts";
import type { Tensor } from "./tensor.ts";
import { withUse } from "./tensor-use.ts";

/** A dataset of the model: where it is in the file, and what its tensor is called. */
interface NamedDataset {
  readonly path: string;
  readonly name: string;
}

/** Groups beside the model's that hold what training needs to go on. */
const optimizerGroups: ReadonlySet<string> = new Set(["optimizer_weights", "optimizer"]);

/** Where Keras 2 keeps the weights of a model that it saves whole. */
const MODEL_GROUP = "model_weights";

/**
 * The weights of an HDF5 file of Keras, or of any other writer.
 *
 * Keras 2 has a group a layer, and in it datasets by the weights' own names (`dense/dense/kernel:0`): the tensor is
 * called `dense/kernel`. In the files of Keras 3 and of others a tensor has the path of its dataset.
 *
 * @param reported - the file that tensors are said to be in.
 * @param description - the model's, of another file; else it is looked for in this one.
 * @throws {CheckpointFormatError} If the file is damaged or hostile.
 * @source keras 2.15, src/saving/legacy/hdf5_format.py; keras 3, src/saving/saving_lib.py.
 */
export function openKerasWeights(
  source: ByteSource,
  reported: string,
  description?: string,
): Promise<{ tensors: Tensor[]; leftOut: LeftOutFile[] }> {
  return withHdf5(source, async (file) => {
    const groups = await file.names("/");
    const base = groups.includes(MODEL_GROUP) ? MODEL_GROUP : "";
    const layers = await textsOf(file, base || "/", "layer_names");
    const datasets = layers ? await layerDatasets(file, base, layers) : await otherDatasets(file, base);
    const described = description === undefined ? await ownDescription(file) : kerasLayers(description);
    const tensors: Tensor[] = [];
    for (const dataset of distinctNames(datasets)) {
      const tensor = await hdf5Tensor(source, file, { ...dataset, reported });
      if (tensor) tensors.push(withUse(tensor, kerasUse(dataset.path, tensor.shape, described)));
    }
    const leftOut = groups
      .filter((group) => optimizerGroups.has(group))
      .map((group): LeftOutFile => {
        const detail = "The state of an optimizer: moments of gradients, not weights.";
        return { path: `${reported}: ${group}`, reason: "optimizer-state", detail };
      });
    return { tensors, leftOut };
  });
}

/** The layers by the description that Keras 2 saves with a whole model. */
async function ownDescription(file: Hdf5File): Promise<ReadonlyMap<string, KerasLayer>> {
  const hasOne = (await file.attributeNames("/")).includes("model_config");
  return kerasLayers(hasOne ? ((await file.texts("/", "model_config"))[0] ?? "") : "");
}

/** Keras 2: a group a layer, in the order that the model has them, and the weights of each in its own. */
async function layerDatasets(
  file: Hdf5File,
  base: string,
  layers: readonly string[],
): Promise<NamedDataset[]> {
  const found: NamedDataset[] = [];
  const budget = { paths: 0 };
  for (const layer of inOrder(await file.names(base || "/"), layers)) {
    const group = base ? `${base}/${layer}` : layer;
    if (optimizerGroups.has(layer) || (await file.kind(group)) !== "group") continue;
    const weights = (await textsOf(file, group, "weight_names")) ?? [];
    const own = await datasetsBelow(file, group, budget);
    for (const path of inOrder(
      own,
      weights.map((weight) => `${group}/${weight}`),
    )) {
      found.push({ path, name: path.slice(group.length + 1).replace(/:\d+$/, "") });
    }
  }
  return found;
}

/** Any other file: each dataset by its path. */
async function otherDatasets(file: Hdf5File, base: string): Promise<NamedDataset[]> {
  const paths = await datasetsBelow(file, base, { paths: 0 });
  return paths.map((path) => ({ path, name: base ? path.slice(base.length + 1) : path }));
}

/** Weights of one name in two layers (models in models) are told apart by their layers. */
function distinctNames(datasets: readonly NamedDataset[]): NamedDataset[] {
  const counts = new Map<string, number>();
  for (const { name } of datasets) counts.set(name, (counts.get(name) ?? 0) + 1);
  return datasets.map(({ path, name }) => ({ path, name: counts.get(name) === 1 ? name : path }));
}

/** Paths of all datasets in a group and the groups in it; links that lead out of the file are passed over. */
async function datasetsBelow(
  file: Hdf5File,
  group: string,
  budget: { paths: number },
  depth = 0,
): Promise<string[]> {
  if (depth > HDF5_DEPTH) throw tooMany(file, `groups that nest at most ${HDF5_DEPTH} deep`, group);
  const found: string[] = [];
  for (const name of await file.names(group || "/")) {
    if (depth === 0 && optimizerGroups.has(name)) continue;
    if (++budget.paths > HDF5_PATHS) throw tooMany(file, `at most ${HDF5_PATHS} groups and datasets`, "more");
    const path = group ? `${group}/${name}` : name;
    const kind = await file.kind(path);
    if (kind === "dataset") found.push(path);
    if (kind === "group") found.push(...(await datasetsBelow(file, path, budget, depth + 1)));
  }
  return found;
}

/** A list of texts, which Keras cuts into numbered attributes where it is long; null where there is none. */
async function textsOf(file: Hdf5File, path: string, attribute: string): Promise<string[] | null> {
  const pattern = new RegExp(`^${attribute}\\d*$`);
  const parts = (await file.attributeNames(path))
    .filter((name) => pattern.test(name))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (parts.length === 0) return null;
  const texts: string[] = [];
  for (const part of parts) texts.push(...(await file.texts(path, part)));
  return texts;
}

/** Names as a list of them has them, those that it has not at the end. */
function inOrder(names: readonly string[], order: readonly string[]): string[] {
  const places = new Map(order.map((name, place) => [name, place]));
  const placeOf = (name: string) => places.get(name) ?? order.length;
  return [...names].sort((a, b) => placeOf(a) - placeOf(b));
}

function tooMany(file: Hdf5File, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${file.label}: expected ${expected}, got ${got.slice(0, 200)}. The file is damaged or hostile: save it again.`,
  );
}
