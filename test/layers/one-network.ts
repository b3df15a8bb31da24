import { entryCount } from "../../src/checkpoint/tensor.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { num, onnxOf, raw, sub, tensorProto } from "../checkpoint/onnx-files.ts";
import { join } from "../checkpoint/written-files.ts";
import type { PlainTensor } from "../conformance/format.ts";

/** A weight of the network as PyTorch has it, and as the frameworks with outputs last have it. */
export interface Weight {
  readonly id: string;
  readonly kind: string;
  readonly role: string | null;
  /** In the order of PyTorch, [out, in, ...]; its transposed convolution has [in, out, ...]. */
  readonly plain: PlainTensor;
  /** Axes of the other order by places of this one, and its shape where heads are an axis of their own. */
  readonly turned: { readonly order: readonly number[]; readonly shape?: readonly number[] };
  readonly names: {
    readonly keras: string;
    readonly numbered: string;
    readonly flax: string;
    readonly graph: string;
  };
  /** Its operator in ONNX and in TensorFlow. */
  readonly operators: readonly [string, string];
}

type Named = Omit<Weight, "plain"> & { readonly name: string; readonly shape: readonly number[] };

const block = "transformer_block_0";

const weights: readonly Named[] = [
  {
    id: "embedding",
    kind: "embedding",
    role: "token-embedding",
    name: "word_embeddings.weight",
    shape: [11, 6],
    turned: { order: [0, 1] },
    names: {
      keras: "embedding/embeddings",
      numbered: "layers/embedding/vars/0",
      flax: "embedding/embedding",
      graph: "net/embedding/lookup/Const",
    },
    operators: ["Gather", "ResourceGather"],
  },
  {
    id: "query",
    kind: "attention",
    role: "query",
    name: "layers.0.self_attn.q_proj.weight",
    shape: [8, 6],
    turned: { order: [1, 0], shape: [6, 2, 4] },
    names: {
      keras: `${block}/self_attention/query/kernel`,
      numbered: `layers/${block}/self_attention/query_dense/vars/0`,
      flax: `${block}/self_attention/query/kernel`,
      graph: `net/${block}/self_attention/query/einsum/Einsum/ReadVariableOp`,
    },
    operators: ["MatMul", "Einsum"],
  },
  {
    id: "attention-out",
    kind: "attention",
    role: "attention-out",
    name: "layers.0.self_attn.o_proj.weight",
    shape: [6, 8],
    turned: { order: [1, 0], shape: [2, 4, 6] },
    names: {
      keras: `${block}/self_attention/attention_output/kernel`,
      numbered: `layers/${block}/self_attention/output_dense/vars/0`,
      flax: `${block}/self_attention/out/kernel`,
      graph: `net/${block}/self_attention/attention_output/einsum/Einsum/ReadVariableOp`,
    },
    operators: ["MatMul", "Einsum"],
  },
  {
    id: "mlp-in",
    kind: "dense",
    role: "mlp-in",
    name: "layers.0.mlp.fc1.weight",
    shape: [12, 6],
    turned: { order: [1, 0] },
    names: {
      keras: `${block}/mlp/fc1/kernel`,
      numbered: `layers/${block}/mlp/fc1/vars/0`,
      flax: `${block}/mlp/fc1/kernel`,
      graph: `net/${block}/mlp/fc1/MatMul/ReadVariableOp`,
    },
    operators: ["MatMul", "MatMul"],
  },
  {
    id: "mlp-out",
    kind: "dense",
    role: "mlp-out",
    name: "layers.0.mlp.fc2.weight",
    shape: [6, 12],
    turned: { order: [1, 0] },
    names: {
      keras: `${block}/mlp/fc2/kernel`,
      numbered: `layers/${block}/mlp/fc2/vars/0`,
      flax: `${block}/mlp/fc2/kernel`,
      graph: `net/${block}/mlp/fc2/MatMul_weights`,
    },
    operators: ["MatMul", "_FusedMatMul"],
  },
  {
    id: "conv",
    kind: "conv",
    role: null,
    name: "conv.weight",
    shape: [5, 3, 2, 2],
    turned: { order: [2, 3, 1, 0] },
    names: {
      keras: "conv2d/kernel",
      numbered: "layers/conv2d/vars/0",
      flax: "Conv_0/kernel",
      graph: "net/conv2d/Conv2D_weights",
    },
    operators: ["Conv", "_FusedConv2D"],
  },
  {
    id: "transposed",
    kind: "conv",
    role: null,
    name: "deconv.weight",
    shape: [5, 4, 3, 3],
    turned: { order: [2, 3, 1, 0] },
    names: {
      keras: "conv2d_transpose/kernel",
      numbered: "layers/conv2d_transpose/vars/0",
      flax: "ConvTranspose_0/kernel",
      graph: "net/up/conv2d_transpose/ReadVariableOp",
    },
    operators: ["ConvTranspose", "Conv2DBackpropInput"],
  },
  {
    id: "depthwise",
    kind: "conv",
    role: null,
    name: "depthwise.weight",
    shape: [7, 1, 3, 3],
    turned: { order: [2, 3, 0, 1] },
    names: {
      keras: "depthwise_conv2d/depthwise_kernel",
      numbered: "layers/depthwise_conv2d/vars/0",
      flax: "depthwise/kernel",
      graph: "net/depthwise_conv2d/depthwise/ReadVariableOp",
    },
    operators: ["Conv", "DepthwiseConv2dNative"],
  },
];

/** The weights with entries that are all different. */
export const network: readonly Weight[] = weights.map(({ name, shape, ...weight }) => {
  const { normal } = randomStream(7, ["one network", weight.id]);
  const data = Float32Array.from({ length: entryCount(shape) }, () => normal());
  return { ...weight, plain: { name, shape, data } };
});

/** A weight in the order of the frameworks with outputs last. */
export function outputsLast({ id, plain, turned }: Weight, name: string): PlainTensor {
  // Flax keeps inputs before outputs in a transposed convolution, and groups in the place of inputs.
  const isFlax = name.startsWith("ConvTranspose") || name === "depthwise/kernel";
  const order = id === "transposed" ? [2, 3, 0, 1] : [2, 3, 1, 0];
  return turn(plain, name, isFlax ? order : turned.order, turned.shape);
}

/** A tensor with its axes in another order: axis j of the result is axis order_j. */
export function turn(
  { shape, data }: PlainTensor,
  name: string,
  order: readonly number[],
  reshaped?: readonly number[],
): PlainTensor {
  const turned = order.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => entryCount(shape.slice(axis + 1)));
  const entries = data.map((_, index) => {
    let rest = index;
    let from = 0;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      from += (rest % turned[axis]!) * strides[order[axis]!]!;
      rest = Math.floor(rest / turned[axis]!);
    }
    return data[from]!;
  });
  return { name, shape: reshaped ?? turned, data: entries };
}

const attribute = (name: string, ...value: readonly Uint8Array[]) => sub(5, sub(1, name), ...value);
const initializer = ({ name, shape, data }: PlainTensor) =>
  sub(5, tensorProto(name, shape, raw(new Uint8Array(data.slice().buffer))));

/**
 * The network as a graph of ONNX.
 *
 * @param matrices - how a matrix is stored: for `MatMul` [in, out]; for `Gemm` with transB [out, in]; for `MatMul` after
 *   a `Transpose` [out, in].
 */
export function networkGraph(matrices: "MatMul" | "Gemm" | "Transpose"): Uint8Array {
  const parts = network.flatMap((weight, i): Uint8Array[] => {
    const [operator] = weight.operators;
    const module = weight.plain.name
      .replace(/\.weight$/, "")
      .replaceAll(".", "/")
      .replace("layers/0", "layers.0");
    const isMatrix = operator === "MatMul";
    const isLast = isMatrix && matrices === "MatMul";
    const name = `onnx::${operator}_${i}`;
    const stored = isLast ? turn(weight.plain, name, [1, 0]) : { ...weight.plain, name };
    const isTransposed = isMatrix && matrices === "Transpose";
    const read = isTransposed ? `turned_${i}` : name;
    const inputs = operator === "Gather" ? [read, "tokens"] : ["x", read];
    const node = sub(
      1,
      ...inputs.map((input) => sub(1, input)),
      sub(2, `y_${i}`),
      sub(3, `/${module}/${operator}`),
      sub(4, isMatrix && matrices === "Gemm" ? "Gemm" : operator),
      ...(isMatrix && matrices === "Gemm" ? [attribute("transB", num(3, 1), num(20, 2))] : []),
      ...(weight.id === "depthwise" ? [attribute("group", num(3, 7), num(20, 2))] : []),
    );
    const transpose = sub(
      1,
      ...[sub(1, name), sub(2, read), sub(3, `/Transpose_${i}`), sub(4, "Transpose")],
      attribute("perm", num(8, 1), num(8, 0), num(20, 7)),
    );
    return [...(isTransposed ? [transpose] : []), node, initializer(stored)];
  });
  return onnxOf(join(...parts));
}

/** The topology of the network as a graph model of TensorFlow.js. */
export function networkTopology(): unknown {
  const nodes = network.flatMap(({ id, names, operators: [, op] }) => {
    const variable = names.graph;
    const name = variable.replace(/(\/ReadVariableOp|\/Const|_weights)$/, "");
    const equations: Readonly<Record<string, string>> = {
      query: "abc,cde->abde",
      "attention-out": "abcd,cde->abe",
    };
    const equation = equations[id];
    const input =
      op === "ResourceGather"
        ? [variable, "ids"]
        : op === "Conv2DBackpropInput"
          ? ["s", `${variable}:0`, "x"]
          : ["x", variable];
    return [
      { name: variable, op: "Const", attr: { dtype: { type: "DT_FLOAT" } } },
      {
        name,
        op,
        input,
        attr: equation ? { equation: { s: btoa(equation) } } : { transpose_b: { b: false } },
      },
    ];
  });
  return { node: [{ name: "x", op: "Placeholder" }, ...nodes], versions: { producer: 1 } };
}
