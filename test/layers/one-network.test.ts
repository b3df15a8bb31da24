import { join as joinPath } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import type { Layer } from "../../src/layers/layer.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { accurateSingularValues } from "../../src/spectrum/accurate.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";
import { torchZipFile } from "../checkpoint/torch-files.ts";
import {
  flaxFile,
  graphModel,
  hdf5File,
  kerasFile,
  layersModel,
  tfjsFiles,
} from "../checkpoint/written-frameworks.ts";
import { network, networkGraph, networkTopology, outputsLast, type Weight } from "./one-network.ts";

const folderOf = temporaryFolders();

const last = (name: keyof Weight["names"]) =>
  network.map((weight) => outputsLast(weight, weight.names[name]));

/** The same network by each framework's own layout, and how its tensors are called there. */
const files: Readonly<Record<string, () => Promise<Record<string, Uint8Array>>>> = {
  "net.pt": async () => ({ "net.pt": await torchZipFile(network.map(({ plain }) => plain)) }),
  "matmul.onnx": async () => ({ "matmul.onnx": networkGraph("MatMul") }),
  "gemm.onnx": async () => ({ "gemm.onnx": networkGraph("Gemm") }),
  "transpose.onnx": async () => ({ "transpose.onnx": networkGraph("Transpose") }),
  "net.h5": async () => ({ "net.h5": await hdf5File(last("keras")) }),
  "net.keras": async () => ({ "net.keras": await kerasFile(last("numbered")) }),
  "net.msgpack": async () => ({ "net.msgpack": flaxFile(flaxTensors()) }),
  "model.json": async () => Object.fromEntries(tfjsFiles(last("keras"), layersModel, "model.json")),
  "graph/model.json": async () => {
    const wrap = (manifest: unknown) => ({ ...graphModel(manifest), modelTopology: networkTopology() });
    const entries = [...tfjsFiles(last("graph"), wrap, "model.json")];
    return Object.fromEntries(entries.map(([name, bytes]) => [`graph/${name}`, bytes]));
  },
};

/** Flax tells a kernel of three axes by its bias. */
function flaxTensors() {
  return last("flax").flatMap((tensor) => {
    const bias = tensor.name.replace(/kernel$/, "bias");
    if (!tensor.name.includes("query")) return [tensor];
    return [tensor, { name: bias, shape: tensor.shape.slice(1), data: new Float32Array(8) }];
  });
}

/** The entries that lead to each output, in ascending order: a kernel's places in space are in the order of its file. */
async function byOutput(layer: Layer): Promise<number[][]> {
  const { rows, columns, data } = await layer.read();
  const outputs: number[][] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const output = layer.orientation === "out-in" ? i : j;
      outputs[output] ??= [];
      outputs[output].push(data[i * columns + j]!);
    }
  }
  return outputs;
}

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

async function layersIn(name: string): Promise<Layer[]> {
  const checkpoint = await openCheckpoint(joinPath(folderOf(await files[name]!()), name));
  const layers = layersOf(await checkpoint.tensors());
  // A group of HDF5 has its members in the order of their names.
  const place = (tensor: string) =>
    network.findIndex(
      ({ plain, names }, i) =>
        [plain.name, ...Object.values(names)].includes(tensor) || tensor.endsWith(`_${i}`),
    );
  const isWeight = ({ tensor }: Layer) => place(tensor) !== -1;
  return layers.filter(isWeight).sort((a, b) => place(a.tensor) - place(b.tensor));
}

test.each(Object.keys(files))(
  "%s has the layers of the network, each output from the same weights",
  async (name) => {
    const expected = await layersIn("net.pt");
    const layers = await layersIn(name);
    expect(layers.map(({ kind, role }) => [kind, role])).toEqual(
      network.map(({ kind, role }) => [kind, role]),
    );
    for (const [i, { id }] of network.entries()) {
      const [layer, own] = [layers[i]!, expected[i]!];
      // In Flax it has inputs between places in space and outputs: only the matrix (k k in) x out is a reshape of it.
      if (id === "transposed" && name.endsWith(".msgpack")) continue;
      expect(layer.skip?.reason, id).toBe(own.skip?.reason);
      if (layer.skip) continue;
      const [outputs, ownOutputs] = [await byOutput(layer), await byOutput(own)];
      if (layer.kind === "conv") {
        // The outputs of a transposed convolution are places in space as well, in the order of the file.
        const inOrder = (sets: number[][]) => sets.map(sorted).sort((a, b) => a[0]! - b[0]!);
        expect(inOrder(outputs), id).toEqual(inOrder(ownOutputs));
      } else expect(outputs, id).toEqual(ownOutputs);
      const { values } = accurateSingularValues(await layer.read());
      const { values: ownValues } = accurateSingularValues(await own.read());
      // Sums in another order: eps N of the largest, which is a few units here.
      values.forEach(
        (value, k) =>
          void expect(Math.abs(value - ownValues[k]!), id).toBeLessThan(1e-13 * 40 * ownValues[0]!),
      );
    }
  },
);
