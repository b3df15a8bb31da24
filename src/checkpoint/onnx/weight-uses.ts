import type { AxisMeaning, TensorUse } from "../tensor-use.ts";
import type { Found, Graph, GraphTensor } from "./graph.ts";
import { type GraphNode, passingOperators, weightOperators } from "./weight-operators.ts";

/** Nodes in a row that hand a weight on: a cast, a transposition and what turns numbers into weights. */
const MOST_STEPS = 8;

/** Names that tell no module: without a path, or those of constants and of reads of variables. */
const UNTOLD = /^[^./]*$|(^|\/)(Constant(_\d+)?_output_\d+|ReadVariableOp\S*)$/;

/** The name of a bias, which is its layer's but for the end. */
const BIAS = /(?<=[^.]\.)bias$/;

/**
 * How the nodes of a model use its tensors: the first node that uses one tells.
 *
 * A weight may go through transpositions and the like before: those are followed back.
 */
export function weightUses({ graphs }: Found): Map<GraphTensor, TensorUse> {
  const uses = new Map<GraphTensor, TensorUse>();
  for (const graph of graphs) {
    const biases = biasesAfter(graph);
    const makers = new Map<string, GraphNode>();
    for (const node of graph.nodes) {
      if (passingOperators.has(node.operator)) for (const output of node.outputs) makers.set(output, node);
    }
    for (const node of graph.nodes) {
      for (const [place, use] of Object.entries(weightOperators.get(node.operator) ?? {})) {
        const traced = traceBack(graph, makers, node.inputs[Number(place)]);
        if (!traced || uses.has(traced.tensor)) continue;
        const { shape } = traced.tensor.proto;
        const told = use(
          traced.order.map((axis) => shape[axis]!),
          node,
        );
        if (told)
          uses.set(traced.tensor, {
            ...told,
            ...axesBefore(told, traced.order),
            ...pathOf(traced.tensor, node, biases),
          });
      }
    }
  }
  return uses;
}

/** The tensor that an input is, and the axes of it in the order in which they arrive. */
function traceBack(
  graph: Graph,
  makers: ReadonlyMap<string, GraphNode>,
  input: string | undefined,
): { readonly tensor: GraphTensor; readonly order: readonly number[] } | null {
  const permutations: (readonly number[] | null)[] = [];
  let name = input;
  for (let step = 0; name && step <= MOST_STEPS; step++) {
    const tensor = lookUp(graph, name);
    if (tensor) {
      const order = permutations.reduceRight(
        permuted,
        Array.from(tensor.proto.shape, (_, axis) => axis),
      );
      return order && { tensor, order };
    }
    const maker = makers.get(name);
    if (!maker) return null;
    if (maker.operator === "Transpose") permutations.push(maker.permutation);
    name = maker.inputs[0];
  }
  return null;
}

/** Axes after a Transpose, whose axis j is axis perm_j of its input; reversed without a permutation. */
function permuted(order: number[] | null, permutation: readonly number[] | null): number[] | null {
  if (!order || !permutation) return order?.toReversed() ?? null;
  const isOne =
    permutation.length === order.length &&
    new Set(permutation).size === order.length &&
    permutation.every((axis) => axis in order);
  return isOne ? permutation.map((axis) => order[axis]!) : null;
}

/** What is told of axes as they arrive, in the order of the tensor's own. */
function axesBefore({ axes }: TensorUse, order: readonly number[]): { axes?: AxisMeaning[] } {
  if (axes?.length !== order.length) return {};
  const own: AxisMeaning[] = [];
  for (const [place, axis] of order.entries()) own[axis] = axes[place]!;
  return { axes: own };
}

/** Names of the biases that are added to what nodes give, by the names of that. */
function biasesAfter(graph: Graph): Map<string, string> {
  const biases = new Map<string, string>();
  for (const { operator, inputs } of graph.nodes) {
    if (operator !== "Add") continue;
    const bias = inputs.find((input) => BIAS.test(input) && lookUp(graph, input));
    for (const input of inputs) if (bias !== undefined && input !== bias) biases.set(input, bias);
  }
  return biases;
}

/**
 * A tensor without a path of its own has that of the bias that is added after it, or that of the node that it goes
 * into: by its exporter's note, or by its name (`/encoder/layer.0/fc1/MatMul`).
 */
function pathOf(
  { proto }: GraphTensor,
  { name, inputs, outputs, scopes: notes }: GraphNode,
  biases: ReadonlyMap<string, string>,
): { path?: string } {
  if (!UNTOLD.test(proto.name)) return {};
  const bias = [biases.get(outputs[0] ?? ""), inputs[2]].find(
    (each) => each !== undefined && BIAS.test(each),
  );
  if (bias) return { path: bias.replace(BIAS, "weight") };
  // ['', 'encoder', 'encoder.fc1', 'linear']: modules in each other, and what they compute.
  const noted = [...notes.matchAll(/'([^']*)'/g)].at(-2)?.[1];
  const scopes = name.split("/").filter(Boolean).slice(0, -1);
  // Converters keep the scopes in which layers of Keras compute.
  const module = noted || scopes.join(".").replace(/\.(einsum|Tensordot)$/, "");
  return module ? { path: `${module}.weight` } : {};
}

/** A name as a node of this graph knows it: its graph's own, or one of those around it. */
export function lookUp(graph: Graph, name: string | undefined): GraphTensor | undefined {
  if (!name) return undefined;
  for (let scope: Graph | null = graph; scope; scope = scope.around) {
    const tensor = scope.tensors.get(name);
    if (tensor) return tensor;
  }
  return undefined;
}
