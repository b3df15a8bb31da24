import { ENTRY_COUNT, RANK } from "../limits.ts";
import { type Fault, PickleDict, PickleGlobal, PickleObject } from "../pickle/pickle-values.ts";
import { sparseLayouts } from "./sparse-tensor.ts";
import { type TorchDtype, torchDtypes } from "./torch-dtypes.ts";
import { type Quantizer, StorageReference, TorchTensor } from "./torch-values.ts";

/**
 * What torch calls to make tensors of a pickle, each as a view that is read later. Arguments are those
 * of torch's functions, in their order.
 *
 * @source PyTorch source, torch/_utils.py and torch/_tensor.py, Tensor._reduce_ex_internal.
 */
export const rebuilders: Readonly<Record<string, (args: readonly unknown[], fault: Fault) => unknown>> = {
  "torch._utils._rebuild_tensor": tensor,
  "torch._utils._rebuild_tensor_v2": tensor,
  "torch._utils._rebuild_tensor_v3": typedTensor,
  "torch._utils._rebuild_qtensor": quantizedTensor,
  "torch._utils._rebuild_sparse_tensor": sparseTensor,
  "torch._utils._rebuild_nested_tensor": nestedTensor,
  "torch._utils._rebuild_meta_tensor_no_storage": metaTensor,
  "torch._utils._rebuild_parameter": first,
  "torch._utils._rebuild_parameter_with_state": first,
  "torch._utils._rebuild_device_tensor_from_cpu_tensor": first,
  "torch._tensor._rebuild_from_type": fromType,
  "torch._tensor._rebuild_from_type_v2": fromType,
  "torch._utils._rebuild_from_type": fromType,
  "torch.nn.parameter.Parameter": first,
  "torch.nn.parameter.Buffer": first,
};

/** The first argument is the tensor, the others are about gradients, devices and attributes. */
function first(args: readonly unknown[]): unknown {
  return args[0] ?? null;
}

/** A subclass of Tensor: the function that makes it, its class, the arguments of the function, attributes. */
function fromType(args: readonly unknown[], fault: Fault): unknown {
  const [make, , inner, state] = args;
  if (!(make instanceof PickleGlobal)) throw fault("a function that makes a tensor", make);
  if (!Array.isArray(inner)) throw fault("a tuple of arguments", inner);
  const made = make.called(inner, fault);
  if (made instanceof PickleObject) made.state = state;
  return made;
}

function tensor(args: readonly unknown[], fault: Fault): TorchTensor {
  const storage = storageOf(args[0], fault);
  if (!storage.dtype) throw fault("a storage of a dtype", "an untyped one");
  // After whether gradients are wanted and hooks: flags of a view whose entries are stored otherwise.
  return view(storage, storage.dtype, args, fault, negated(args[6]));
}

/** With the dtype as an argument of its own. */
function typedTensor(args: readonly unknown[], fault: Fault): TorchTensor {
  return view(storageOf(args[0], fault), dtypeOf(args[6], fault), args, fault, negated(args[7]));
}

function quantizedTensor(args: readonly unknown[], fault: Fault): TorchTensor {
  const storage = storageOf(args[0], fault);
  if (!storage.dtype) throw fault("a storage of a dtype", "an untyped one");
  const { offset, shape, strides } = view(storage, storage.dtype, args, fault, null);
  const quantizer = quantizerOf(args[4], shape, fault);
  return new TorchTensor({ storage, dtype: storage.dtype, offset, shape, strides, quantizer });
}

function quantizerOf(value: unknown, shape: readonly number[], fault: Fault): Quantizer {
  if (!Array.isArray(value)) throw fault("parameters of a quantiser", value);
  const [, scale, zeroPoint, axis] = value;
  if (typeof scale === "number" && typeof zeroPoint === "number") return { scale, zeroPoint };
  const channels = typeof axis === "number" ? shape[axis] : undefined;
  for (const each of [scale, zeroPoint]) {
    if (!(each instanceof TorchTensor) || each.shape.length !== 1 || each.shape[0] !== channels) {
      throw fault(`scales and zero points, one for each of ${channels} channels`, each);
    }
  }
  return { scales: scale, zeroPoints: zeroPoint, axis };
}

/** Layout, then places, values and size. */
function sparseTensor(args: readonly unknown[], fault: Fault): TorchTensor {
  const [layout, all] = args;
  if (!Array.isArray(all)) throw fault("the parts of a sparse tensor", all);
  const parts = all.filter((part) => part instanceof TorchTensor);
  const shape = extents(
    all.findLast((part) => Array.isArray(part)),
    fault,
  );
  const sparse = sparseLayouts.get(layoutName(layout))?.(parts, shape, fault);
  const dtype = (sparse?.values ?? parts.at(-1))?.dtype ?? torchDtypes.get("float32")!;
  const why = "A sparse tensor of a layout that is not read: save it with to_dense().";
  return new TorchTensor({
    ...{ storage: null, dtype, offset: 0, shape, strides: [] },
    ...(sparse ? { sparse } : { why }),
  });
}

/** The word of `torch.sparse_coo`, or of the function that finds it by its name. */
function layoutName(layout: unknown): string {
  if (layout instanceof PickleGlobal) return layout.name;
  const name = layout instanceof PickleObject ? layout.args[0] : null;
  return typeof name === "string" ? name.replace(/^torch\./, "") : "";
}

/** Rows one after the other, then their shapes: listed, as no one shape is theirs. */
function nestedTensor(args: readonly unknown[], fault: Fault): TorchTensor {
  const [rows] = args;
  if (!(rows instanceof TorchTensor)) throw fault("the rows of a nested tensor", rows);
  const { dtype, shape } = rows;
  const why = "A nested tensor, whose rows are of different lengths: save them as tensors.";
  return new TorchTensor({ storage: null, dtype, offset: 0, shape, strides: [], why });
}

function metaTensor(args: readonly unknown[], fault: Fault): TorchTensor {
  const shape = extents(args[1], fault);
  const why = "A tensor of torch's meta device: it has a shape and no entries.";
  return new TorchTensor({
    storage: null,
    dtype: dtypeOf(args[0], fault),
    offset: 0,
    shape,
    strides: [],
    why,
  });
}

function view(
  storage: StorageReference,
  dtype: TorchDtype,
  [, offset, shape, strides]: readonly unknown[],
  fault: Fault,
  why: string | null,
): TorchTensor {
  const sizes = extents(shape, fault);
  const steps = extents(strides, fault, "strides");
  if (steps.length !== sizes.length) throw fault(`${sizes.length} strides`, strides);
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0) {
    throw fault("the number of the first entry", offset);
  }
  return new TorchTensor({ storage, dtype, offset, shape: sizes, strides: steps, ...(why && { why }) });
}

/** A shape, or strides: whole numbers, as many as a tensor has axes at most. */
function extents(value: unknown, fault: Fault, what = "a shape"): number[] {
  if (!Array.isArray(value)) throw fault(what, value);
  if (value.length > RANK) throw fault(`${what} of at most ${RANK} axes`, value);
  let product = 1;
  for (const extent of value) {
    if (!Number.isSafeInteger(extent) || extent < 0) throw fault(`${what} of whole numbers from 0`, extent);
    product *= what === "a shape" ? extent : 1;
  }
  if (product > ENTRY_COUNT) throw fault("a shape of at most 2^53 - 1 entries", `${product}`);
  return value as number[];
}

function negated(metadata: unknown): string | null {
  if (!(metadata instanceof PickleDict)) return null;
  return metadata.get("neg") === true || metadata.get("conj") === true
    ? "A view whose entries are stored with another sign: save it with resolve_neg()."
    : null;
}

function storageOf(value: unknown, fault: Fault): StorageReference {
  if (!(value instanceof StorageReference)) throw fault("a storage", value);
  return value;
}

function dtypeOf(value: unknown, fault: Fault): TorchDtype {
  const dtype =
    value instanceof PickleGlobal && value.module === "torch" ? torchDtypes.get(value.name) : undefined;
  if (!dtype) throw fault("a dtype of torch", value);
  return dtype;
}
