import { einsumAxes } from "./einsum-axes.ts";
import { kerasUse } from "./keras-axes.ts";
import { layersIn } from "./keras-layers.ts";
import type { AxisMeaning, TensorUse } from "./tensor-use.ts";

/** A node of a graph model, as far as it is one. */
interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes that it reads, without the numbers of their outputs. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** How a node uses one of its inputs; null where it is no weight. */
type InputUse = (count: number, node: GraphNode) => readonly AxisMeaning[] | null;

const kernel =
  (...channels: readonly AxisMeaning[]): InputUse =>
  (count) =>
    count > 2 ? [...Array<AxisMeaning>(count - 2).fill("space"), ...channels] : null;

/** A matrix that multiplies from the right, or from the left, with stacks before it. */
const factor =
  (side: "left" | "right", ...transposed: readonly string[]): InputUse =>
  (count, { attributes }) => {
    if (count !== 2 && count !== 3) return null;
    const outLast = (side === "right") !== transposed.some((name) => flag(attributes[name]));
    const matrix: AxisMeaning[] = outLast ? ["in", "out"] : ["out", "in"];
    return count === 3 ? ["stack", ...matrix] : matrix;
  };

const product = {
  0: factor("left", "transpose_a", "adj_x"),
  1: factor("right", "transpose_b", "adj_y"),
};
const table = { 0: (count: number) => (count === 2 ? (["token", "feature"] as const) : null) };
const convolution = { 1: kernel("in", "out") };
const depthwise = { 1: kernel("group", "out") };

/**
 * Operators that weights go into.
 *
 * @source TensorFlow, core/ops/math_ops.cc, nn_ops.cc, array_ops.cc; tfjs-converter, src/operations.
 */
const operators: ReadonlyMap<string, Readonly<Record<number, InputUse>>> = new Map(
  Object.entries({
    MatMul: product,
    _FusedMatMul: product,
    BatchMatMul: product,
    BatchMatMulV2: product,
    Conv1D: convolution,
    Conv2D: convolution,
    Conv3D: convolution,
    _FusedConv2D: convolution,
    Conv2DBackpropInput: { 1: kernel("out", "in") },
    DepthwiseConv2d: depthwise,
    DepthwiseConv2dNative: depthwise,
    FusedDepthwiseConv2dNative: depthwise,
    Gather: table,
    GatherV2: table,
    ResourceGather: table,
    Einsum: {
      0: (_: number, { attributes }: GraphNode) => einsumAxes(textOf(attributes.equation), 0),
      1: (_: number, { attributes }: GraphNode) => einsumAxes(textOf(attributes.equation), 1),
    },
  } satisfies Record<string, Readonly<Record<number, InputUse>>>),
);

/** Operators that hand their first input on as it is. */
const passing: ReadonlySet<string> = new Set(["Identity", "ReadVariableOp", "Cast", "StopGradient"]);
/** Such nodes in a row. */
const MOST_STEPS = 8;

/** What converters put after a layer's name: the node that reads a weight, with that which uses it, or the operator. */
const UNTOLD = /(^|\/)(([^/]+\/)?(ReadVariableOp\S*|Const(_\d+)?)|\w+_weights)$/;

/**
 * How a model of TensorFlow.js uses its weights, by its own topology: the nodes of a graph model, or the layers of one
 * of Keras.
 *
 * @param topology - member `modelTopology`, any JSON.
 * @returns finds the use of a weight by its name and shape; null for what the topology doesn't tell.
 */
export function tfjsUses(topology: unknown): (name: string, shape: readonly number[]) => TensorUse | null {
  const nodes = nodesOf(topology);
  if (nodes.length > 0) {
    const uses = usesByNode(nodes);
    return (name, shape) => uses.get(name)?.(shape.length) ?? null;
  }
  const layers = layersIn(topology);
  return (name, shape) => kerasUse(name, shape, layers);
}

function usesByNode(nodes: readonly GraphNode[]): Map<string, (count: number) => TensorUse | null> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const uses = new Map<string, (count: number) => TensorUse | null>();
  for (const node of nodes) {
    for (const [place, use] of Object.entries(operators.get(node.op) ?? {})) {
      const name = sourceOf(byName, node.inputs[Number(place)]);
      if (name === null || uses.has(name)) continue;
      uses.set(name, (count) => {
        const axes = use(count, node);
        return axes && { axes, ...pathOf(name, node) };
      });
    }
  }
  return uses;
}

/** The node that an input is, before those that only hand it on. */
function sourceOf(byName: ReadonlyMap<string, GraphNode>, input: string | undefined): string | null {
  let name = input;
  for (let step = 0; name !== undefined && step <= MOST_STEPS; step++) {
    const node = byName.get(name);
    if (!node) return null;
    if (!passing.has(node.op)) return name;
    name = node.inputs[0];
  }
  return null;
}

/**
 * The path of the layer whose name the weight has, or else of the node that it goes into: a fused one is called by what
 * was folded into it last, often a batch norm.
 */
function pathOf(weight: string, { name }: GraphNode): { path?: string } {
  const own = weight.replace(UNTOLD, "");
  if (own === weight) return {};
  // Layers of Keras compute in scopes of their own within them.
  const module = (own === "" ? name.split("/").slice(0, -1) : own.split("/"))
    .join(".")
    .replace(/\.(einsum|Tensordot)$/, "");
  return module === "" ? {} : { path: `${module}.kernel` };
}

function nodesOf(topology: unknown): GraphNode[] {
  const list = isObject(topology) && Array.isArray(topology.node) ? topology.node : [];
  return list.filter(isObject).flatMap(({ name, op, input, attr }): GraphNode[] => {
    if (typeof name !== "string" || typeof op !== "string") return [];
    const inputs = (Array.isArray(input) ? input : [])
      .filter((each) => typeof each === "string")
      .map((each) => each.replace(/^\^|:\d+$/g, ""));
    return [{ name, op, inputs, attributes: isObject(attr) ? attr : {} }];
  });
}

function flag(attribute: unknown): boolean {
  return isObject(attribute) && attribute.b === true;
}

/** A text is in base64, or, by some writers, its bytes. */
function textOf(attribute: unknown): string {
  const text = isObject(attribute) ? attribute.s : null;
  if (Array.isArray(text)) return String.fromCharCode(...text.slice(0, 64).map(Number));
  if (typeof text !== "string" || text.length > 128) return "";
  try {
    return atob(text);
  } catch {
    // Not base64: as it is.
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
