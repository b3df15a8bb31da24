import {
  GRAPH_DEPTH,
  GRAPH_NODES,
  NAME_BYTES,
  NODE_ATTRIBUTES,
  NODE_PORTS,
  RANK,
  TENSOR_COUNT,
} from "../limits.ts";
import type { WireField, WireFile } from "../protobuf-wire.ts";
import { checkedName, checkedShape } from "../tensor-shape.ts";
import type { Piece } from "../varint-tensor.ts";
import { readPair, readTensorProto, type TensorProto } from "./tensor-proto.ts";
import { type GraphNode, passingOperators, weightOperators } from "./weight-operators.ts";

/** A tensor of a graph. */
export interface GraphTensor {
  readonly proto: TensorProto;
  readonly graph: Graph;
  /** Where its entries are, for one that is given by those that are not zero; null for others. */
  readonly sparse: SparsePlaces | null;
  /** True for the output of a Constant node, false for an initialiser. */
  readonly isConstant: boolean;
}

/** Places of the entries of a sparse tensor, and its shape; that of its proto is of the entries alone. */
export interface SparsePlaces {
  readonly indices: TensorProto;
  readonly shape: readonly number[];
}

/** A DequantizeLinear node: its inputs, and along which axis its scales are. */
export interface Dequantizer {
  readonly inputs: readonly string[];
  readonly axis: number;
  readonly blockSize: number;
}

/** One graph, a branch of a node, or a function: names are its own, or those of the graph around it. */
export interface Graph {
  /** Names of the nodes and attributes that lead to it; [] for the model's own. */
  readonly path: readonly string[];
  readonly around: Graph | null;
  readonly tensors: Map<string, GraphTensor>;
  readonly dequantizers: Dequantizer[];
  /** The nodes that tell what tensors are, in the file's order. */
  readonly nodes: GraphNode[];
}

/** Everything that the walk found, in the file's order. */
export interface Found {
  readonly graphs: Graph[];
  readonly tensors: GraphTensor[];
  /** How many nodes are kept in all graphs. */
  nodeCount: number;
}

/** Numbers of the fields of GraphProto; a FunctionProto has its nodes at another. */
const GRAPH_NODE = 1;
const INITIALIZER = 5;
const SPARSE_INITIALIZER = 15;
const FUNCTION_NAME = 1;
const FUNCTION_NODE = 7;

/**
 * Walks a graph: its initialisers, its Constant nodes, and the graphs within its nodes.
 *
 * @source onnx/onnx.proto, GraphProto, NodeProto, AttributeProto.
 */
export async function walkGraph(
  wire: WireFile,
  message: Piece,
  found: Found,
  path: readonly string[] = [],
  around: Graph | null = null,
): Promise<void> {
  const graph = newGraph(wire, message, found, path, around);
  let index = 0;
  for await (const field of wire.fields(message.start, message.end)) {
    if (!field.isBytes) continue;
    if (field.number === GRAPH_NODE) await walkNode(wire, field, graph, found, index++);
    else if (field.number === INITIALIZER) add(wire, graph, found, await readTensorProto(wire, field, null));
    else if (field.number === SPARSE_INITIALIZER) await addSparse(wire, field, graph, found);
  }
}

/** Walks a function of the model: its Constant nodes, and graphs within its nodes. */
export async function walkFunction(wire: WireFile, message: Piece, found: Found): Promise<void> {
  let name = "function";
  for await (const field of wire.fields(message.start, message.end)) {
    if (field.isBytes && field.number === FUNCTION_NAME) name = await wire.text(field, NAME_BYTES);
  }
  const graph = newGraph(wire, message, found, [name], null);
  let index = 0;
  for await (const field of wire.fields(message.start, message.end)) {
    if (field.isBytes && field.number === FUNCTION_NODE) await walkNode(wire, field, graph, found, index++);
  }
}

function newGraph(
  wire: WireFile,
  { start }: Piece,
  found: Found,
  path: readonly string[],
  around: Graph | null,
): Graph {
  if (path.length > GRAPH_DEPTH)
    throw wire.wrong(start, `at most ${GRAPH_DEPTH} graphs in each other`, "more");
  if (found.graphs.length === TENSOR_COUNT) throw wire.wrong(start, `at most ${TENSOR_COUNT} graphs`, "more");
  const graph: Graph = { path, around, tensors: new Map(), dequantizers: [], nodes: [] };
  found.graphs.push(graph);
  return graph;
}

type TensorKind = Partial<Pick<GraphTensor, "sparse" | "isConstant">>;

function add(wire: WireFile, graph: Graph, found: Found, proto: TensorProto, kind: TensorKind = {}): void {
  const at = proto.raw?.start ?? 0;
  if (graph.tensors.has(proto.name)) {
    throw wire.wrong(at, "each tensor of a graph once", `${JSON.stringify(proto.name)} twice`);
  }
  if (found.tensors.length === TENSOR_COUNT) throw wire.wrong(at, `at most ${TENSOR_COUNT} tensors`, "more");
  const tensor = { proto, graph, sparse: null, isConstant: false, ...kind };
  graph.tensors.set(proto.name, tensor);
  found.tensors.push(tensor);
}

/** A SparseTensorProto has the name and type with its values, places and the shape beside them. */
async function addSparse(wire: WireFile, message: Piece, graph: Graph, found: Found, name?: string) {
  let values: TensorProto | null = null;
  let indices: TensorProto | null = null;
  const shape: number[] = [];
  for await (const field of wire.fields(message.start, message.end)) {
    if (field.isBytes && field.number === 1) values = await readTensorProto(wire, field, name ?? null);
    if (field.isBytes && field.number === 2) indices = await readTensorProto(wire, field, name ?? null);
    if (field.number === 3) shape.push(...(await wire.varints(field, RANK)));
    if (shape.length > RANK) throw wire.wrong(field.start, `at most ${RANK} axes`, "more");
  }
  if (!values || !indices) return;
  const checked = checkedShape(shape, `${wire.source.label}: tensor ${JSON.stringify(values.name)}`);
  const sparse = { indices, shape: checked };
  add(wire, graph, found, values, { sparse, isConstant: name !== undefined });
}

/** What of a node decides whether it has tensors. */
interface Node {
  readonly inputs: WireField[];
  readonly outputs: WireField[];
  readonly attributes: WireField[];
  readonly metadata: WireField[];
  name: string;
  operator: string;
}

async function walkNode(wire: WireFile, message: Piece, graph: Graph, found: Found, index: number) {
  const node: Node = { inputs: [], outputs: [], attributes: [], metadata: [], name: "", operator: "" };
  for await (const field of wire.fields(message.start, message.end)) {
    if (!field.isBytes) continue;
    if (field.number === 1 && node.inputs.length < NODE_PORTS) node.inputs.push(field);
    else if (field.number === 2 && node.outputs.length < NODE_PORTS) node.outputs.push(field);
    else if (field.number === 3) node.name = await wire.text(field, NAME_BYTES);
    else if (field.number === 4) node.operator = await wire.text(field, NAME_BYTES);
    else if (field.number === 5) node.attributes.push(field);
    else if (field.number === 9 && node.metadata.length < NODE_PORTS) node.metadata.push(field);
    if (node.attributes.length > NODE_ATTRIBUTES) {
      throw wire.wrong(field.start, `at most ${NODE_ATTRIBUTES} attributes of a node`, "more");
    }
  }
  const texts = (fields: readonly WireField[]) => textsOf(wire, fields);
  let output: string | null = null;
  const integers = new Map<string, number>();
  let permutation: readonly number[] | null = null;
  let equation = "";
  for (const attribute of node.attributes) {
    const { name, integer, numbers, text, tensor, sparse, graphs } = await readAttribute(wire, attribute);
    if (node.operator === "Constant" && (tensor || sparse)) {
      output ??= checkedName((await texts(node.outputs))[0] ?? "", wire.source.label);
      if (tensor) add(wire, graph, found, await readTensorProto(wire, tensor, output), { isConstant: true });
      if (sparse) await addSparse(wire, sparse, graph, found, output);
    }
    integers.set(name, integer);
    if (name === "perm") permutation = numbers;
    if (name === "equation" && text) equation = await wire.text(text, NAME_BYTES);
    for (const [turn, inner] of graphs.entries()) {
      const place = `${node.name || `${node.operator}_${index}`}.${name}${graphs.length > 1 ? `[${turn}]` : ""}`;
      await walkGraph(wire, inner, found, [...graph.path, place], graph);
    }
  }
  const { operator, name } = node;
  const isTelling = weightOperators.has(operator) || passingOperators.has(operator) || operator === "Add";
  if (!isTelling || found.nodeCount === GRAPH_NODES) return;
  found.nodeCount++;
  const inputs = await texts(node.inputs);
  if (operator === "DequantizeLinear") {
    const [axis, blockSize] = [integers.get("axis") ?? 1, integers.get("block_size") ?? 0];
    graph.dequantizers.push({ inputs, axis, blockSize });
  }
  const outputs = await texts(node.outputs);
  const scopes = weightOperators.has(operator) ? await scopesOf(wire, node.metadata) : "";
  graph.nodes.push({ operator, name, inputs, outputs, scopes, integers, permutation, equation });
}

/** The modules that a node comes from, as PyTorch's exporter notes them. */
async function scopesOf(wire: WireFile, metadata: readonly WireField[]): Promise<string> {
  for (const pair of metadata) {
    const [key, value] = await readPair(wire, pair);
    if (key === "pkg.torch.onnx.name_scopes") return value;
  }
  return "";
}

async function textsOf(wire: WireFile, fields: readonly WireField[]): Promise<string[]> {
  const texts: string[] = [];
  for (const field of fields) texts.push(await wire.text(field, NAME_BYTES));
  return texts;
}

/** What of an attribute may hold tensors, or says how its node uses them. */
async function readAttribute(wire: WireFile, message: Piece) {
  let [name, integer] = ["", 0];
  let text: WireField | null = null;
  const numbers: number[] = [];
  let tensor: WireField | null = null;
  let sparse: WireField | null = null;
  const graphs: WireField[] = [];
  for await (const field of wire.fields(message.start, message.end)) {
    if (field.number === 1 && field.isBytes) name = await wire.text(field, NAME_BYTES);
    else if (field.number === 3) integer = field.value;
    else if (field.number === 4 && field.isBytes) text = field;
    else if (field.number === 8 && numbers.length < RANK) numbers.push(...(await firstNumbers(wire, field)));
    else if (field.number === 5 && field.isBytes) tensor = field;
    else if ((field.number === 6 || field.number === 11) && field.isBytes) graphs.push(field);
    else if (field.number === 22 && field.isBytes) sparse = field;
    if (graphs.length > NODE_ATTRIBUTES) {
      throw wire.wrong(field.start, `at most ${NODE_ATTRIBUTES} graphs of an attribute`, "more");
    }
  }
  return { name, integer, numbers, text, tensor, sparse, graphs };
}

/** As many numbers of an attribute as a tensor has axes; none of longer ones. */
async function firstNumbers(wire: WireFile, field: WireField): Promise<number[]> {
  return field.end - field.start > RANK ? [] : await wire.varints(field, RANK);
}
