import type { ByteSource } from "../byte-source.ts";
import { entryCount, type Tensor } from "../tensor.ts";
import { checkedName } from "../tensor-shape.ts";
import { withUse } from "../tensor-use.ts";
import { dequantizedTensor, type Quantized } from "./dequantized-tensor.ts";
import type { Dequantizer, Found, Graph, GraphTensor } from "./graph.ts";
import { sparseTensor } from "./sparse-tensor.ts";
import { type OpenBeside, tensorOfProto } from "./tensor-data.ts";
import { lookUp, weightUses } from "./weight-uses.ts";

/** Every tensor that was found in a model, by a name that no other has; quantised ones as what they stand for. */
export async function graphTensors(entry: ByteSource, found: Found, beside: OpenBeside): Promise<Tensor[]> {
  const names = distinctNames(entry, found.tensors);
  const tensors = new Map<GraphTensor, Tensor>();
  for (const each of found.tensors) {
    const name = names.get(each)!;
    const tensor = await tensorOfProto(entry, each.proto, name, beside);
    const { sparse } = each;
    tensors.set(each, sparse ? await sparseTensor(entry, tensor, sparse, beside) : tensor);
  }
  const weights = dequantized(found, tensors);
  const uses = weightUses(found);
  return found.tensors
    .filter((each) => !isNumber(each))
    .map((each) => withUse(weights.get(each) ?? tensors.get(each)!, uses.get(each) ?? null));
}

/** The end of a parameter's path: `decoder.2.bias`, `conv2d_transpose_1.b_0`. */
const PARAMETER = /\w\.[a-z]\w*$/i;

/**
 * A Constant node of one entry, an axis or an epsilon, is part of the computation: exporters write them by the hundred.
 * A real one in a shape of one axis or more is a parameter where its name is the path of one, as the bias of a layer with
 * one output is.
 */
function isNumber({ isConstant, proto: { name, shape: stored, type }, sparse }: GraphTensor): boolean {
  const shape = sparse?.shape ?? stored;
  if (!isConstant || entryCount(shape) !== 1) return false;
  return shape.length === 0 || /^[IU]\d+$|^BOOL$/.test(type.name) || !PARAMETER.test(name);
}

/** Names of a graph are its own: where two graphs have the same, the inner one's says where it is. */
function distinctNames(entry: ByteSource, tensors: readonly GraphTensor[]): Map<GraphTensor, string> {
  const counts = new Map<string, number>();
  for (const { proto } of tensors) counts.set(proto.name, (counts.get(proto.name) ?? 0) + 1);
  const taken = new Set<string>();
  const turns = new Map<string, number>();
  const names = new Map<GraphTensor, string>();
  for (const tensor of tensors) {
    const { name } = tensor.proto;
    const { path } = tensor.graph;
    const plain = counts.get(name) === 1 || path.length === 0 ? name : `${path.join("/")}/${name}`;
    let distinct = plain;
    while (taken.has(distinct)) {
      const turn = (turns.get(plain) ?? 1) + 1;
      turns.set(plain, turn);
      distinct = `${plain}#${turn}`;
    }
    taken.add(distinct);
    names.set(tensor, checkedName(distinct, entry.label));
  }
  return names;
}

/** The weights that whole numbers stand for, where all nodes that dequantise them agree. */
function dequantized({ graphs }: Found, tensors: ReadonlyMap<GraphTensor, Tensor>): Map<GraphTensor, Tensor> {
  const meanings = new Map<GraphTensor, { readonly key: string; readonly tensor: Tensor | null }>();
  for (const graph of graphs) {
    for (const dequantizer of graph.dequantizers) {
      const codes = lookUp(graph, dequantizer.inputs[0]);
      const quantized = quantizedBy(graph, dequantizer, tensors);
      if (!codes || !quantized) continue;
      const { scales, zeroPoints } = quantized;
      const { axis, blockSize } = dequantizer;
      const key = JSON.stringify([scales.name, zeroPoints?.name, axis, blockSize]);
      const before = meanings.get(codes);
      if (!before) meanings.set(codes, { key, tensor: dequantizedTensor(quantized, dequantizer) });
      else if (before.key !== key) meanings.set(codes, { key: "", tensor: null });
    }
  }
  return new Map(
    [...meanings].flatMap(([codes, { tensor }]): [GraphTensor, Tensor][] =>
      tensor ? [[codes, tensor]] : [],
    ),
  );
}

/** What a DequantizeLinear node is given, where the file has all of it. */
function quantizedBy(
  graph: Graph,
  { inputs: [codesName, scalesName, zeroPointsName] }: Dequantizer,
  tensors: ReadonlyMap<GraphTensor, Tensor>,
): Quantized | null {
  const tensorOf = (name: string | undefined) => {
    const found = lookUp(graph, name);
    const tensor = found && tensors.get(found);
    return tensor && tensor.undecodable === undefined ? tensor : null;
  };
  const codes = tensorOf(codesName);
  const scales = tensorOf(scalesName);
  const zeroPoints = zeroPointsName ? tensorOf(zeroPointsName) : null;
  if (!codes || !scales || (zeroPointsName && !zeroPoints)) return null;
  return { codes, scales, zeroPoints };
}
