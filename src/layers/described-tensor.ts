import type { Tensor } from "../checkpoint/tensor.ts";
import { entryCount } from "../checkpoint/tensor.ts";
import { DEPTHWISE, type DeclaredAxes, declaredAxes, declaredKind } from "./declared-axes.ts";
import type { FusedLayout } from "./fused/fused-layout.ts";
import { gatesInTurn } from "./fused/gates.ts";
import type { Layer, LayerKind, LayerRole } from "./layer.ts";
import type { Matricization } from "./matricize.ts";
import { matricize } from "./matricize.ts";
import type { NamedLayer } from "./names.ts";
import { blockOf, namedLayer } from "./names.ts";
import type { NonMatrix } from "./non-matrices.ts";
import { nonMatrixByName, vectorByName } from "./non-matrices.ts";
import { isOptimizerState } from "./optimizer-state.ts";
import type { ParameterPath } from "./parameter-path.ts";
import { parameterPath } from "./parameter-path.ts";

export type Skip = NonNullable<Layer["skip"]>;

/** All that a tensor says by itself, before the others of its checkpoint are looked at. */
export interface DescribedTensor {
  readonly tensor: Tensor;
  readonly path: ParameterPath;
  readonly kind: LayerKind;
  readonly role: LayerRole | null;
  /** The block that its name tells; null when it tells none. */
  readonly block: string | null;
  /** What the naming tables say; null for what is no weight matrix. */
  readonly named: NamedLayer | null;
  /** What the format says of its axes; null where it says nothing. */
  readonly declared: DeclaredAxes | null;
  /** How several matrices were joined in it; null for one. */
  readonly fused: FusedLayout | null;
  /** Null exactly when `skip` is not. */
  readonly matricization: Matricization | null;
  readonly skip: Skip | null;
}

/**
 * Describes one tensor by its name, shape and type.
 *
 * @param tensor - any; nothing is read from it.
 * @param isDepthwise - whether it is known to be the kernel of a depthwise convolution.
 * @returns what it is, and how it is read as matrices or why it is not.
 */
export function describeTensor(tensor: Tensor, isDepthwise = false): DescribedTensor {
  const { name, shape, use } = tensor;
  const told = use?.path ?? name;
  const path = parameterPath(told);
  const declared = declaredAxes(tensor);
  const base = { tensor, path, declared };

  if (isOptimizerState(name)) {
    const skip: Skip = { reason: "optimizer-state", detail: "State of the optimizer, not a weight." };
    const none = { block: null, role: null, named: null, matricization: null, fused: null };
    return { kind: "other", skip, ...none, ...base };
  }
  const axes = shape.length;
  const byName = nonMatrixByName(path, axes) ?? (axes < 2 ? vectorByName(path, axes) : null);
  // A kernel that a norm was folded into may be called by the norm.
  const nonMatrix = byName?.kind === "norm" && declared?.matricization ? null : byName;
  const named = nonMatrix === null ? namedLayer(path, axes) : null;
  const gates = declared && use?.gates ? use.gates : null;
  const matricization =
    named === null || entryCount(shape) === 0
      ? null
      : declared
        ? declared.matricization
        : matricizeNamed(tensor, path, named);
  const notAMatrix = isDepthwise ? DEPTHWISE : (declared?.notAMatrix ?? null);
  const { kind, role } =
    named && declared ? declaredKind(named, declared, gates !== null) : (nonMatrix ?? named!);
  const isKernel = kind === "dense" && (matricization?.reading === "kernel" || isDepthwise);
  const skip = skipOf(tensor, nonMatrix, matricization !== null, notAMatrix);
  return {
    block: blockOf(told, path),
    kind: isKernel ? "conv" : kind,
    role,
    named,
    matricization: skip === null ? matricization : null,
    fused: gates ? gatesInTurn(gates) : (named?.traits.fused ?? null),
    skip,
    ...base,
  };
}

function skipOf(
  { shape, dtype, undecodable }: Tensor,
  nonMatrix: NonMatrix | null,
  isMatrix: boolean,
  notAMatrix: string | null,
): Skip | null {
  if (/^[IU]\d+$|^BOOL$/.test(dtype)) {
    return { reason: "integer", detail: `Entries are ${dtype}, and weights are not integers.` };
  }
  if (undecodable !== undefined) return { reason: "unsupported-dtype", detail: undecodable };
  if (entryCount(shape) === 0) return { reason: "too-small", detail: `Shape [${shape}] has no entries.` };
  if (nonMatrix !== null) return { reason: "not-a-matrix", detail: nonMatrix.detail };
  if (notAMatrix !== null) return { reason: "not-a-matrix", detail: notAMatrix };
  if (isMatrix) return null;
  return { reason: "not-a-matrix", detail: `Shape [${shape}] is neither a matrix nor a kernel nor a stack.` };
}

function matricizeNamed(tensor: Tensor, path: ParameterPath, named: NamedLayer): Matricization | null {
  const { shape } = tensor;
  // `scale` of [1, 1, 64] is a vector whatever its axes; `final_conv.weight` of [1, 128, 1] has a
  // matrix's name.
  const isVector = shape.length > 2 && shape.filter((extent) => extent > 1).length < 2;
  if (isVector && !named.isConv && named.role === null && !/weight|kernel/.test(path.parameter)) return null;
  return matricize(shape, {
    isExpertStack: named.isExpertStack,
    isConv: named.isConv,
    outputsLast: path.outputsLast,
    rowAxes: named.traits.rowAxes ?? null,
  });
}
