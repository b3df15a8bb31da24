import type { Tensor } from "../checkpoint/tensor.ts";
import { entryCount } from "../checkpoint/tensor.ts";
import type { AxisMeaning } from "../checkpoint/tensor-use.ts";
import type { LayerKind, LayerRole, Orientation } from "./layer.ts";
import type { Matricization } from "./matricize.ts";

/** What a format says of a tensor's axes, as far as it makes a matrix. */
export interface DeclaredAxes {
  readonly orientation: Orientation;
  /** Null for what is no matrix. */
  readonly matricization: Matricization | null;
  /** Why, in a sentence; null for a matrix. */
  readonly notAMatrix: string | null;
  readonly isConv: boolean;
  /** Whether places in space come before channels. */
  readonly spaceFirst: boolean;
  readonly isEmbedding: boolean;
  /** Whether its inputs are the state that a recurrent layer hands on. */
  readonly ofState: boolean;
}

/** What a depthwise convolution is, for which there is no matrix. */
export const DEPTHWISE = "A depthwise convolution: a filter a channel, which mixes none.";

/** Which side of a matrix an axis is on: the outputs' or the inputs'; null for what goes with either. */
const sides: Readonly<Record<AxisMeaning, "out" | "in" | null>> = {
  out: "out",
  feature: "out",
  in: "in",
  state: "in",
  token: "in",
  space: null,
  group: null,
  stack: null,
};

/**
 * Reads the axes that a format declares: rows end where the second side begins, and a stack comes before them.
 *
 *     [out, in, space, space]: out x (in k k),  [space, space, in, out]: (k k in) x out,  [in, out, out]: in x (out out)
 *
 * @returns null where nothing is declared, or what is makes no matrix by a reshape.
 */
export function declaredAxes({ use, shape }: Tensor): DeclaredAxes | null {
  const axes = use?.axes;
  if (!axes || axes.length !== shape.length || axes.length < 2 || entryCount(shape) === 0) return null;
  const isConv = axes.includes("space");
  const common = {
    isConv,
    spaceFirst: axes[0] === "space",
    isEmbedding: axes.includes("token"),
    ofState: axes.includes("state"),
  };
  const none = { ...common, orientation: "out-in", matricization: null } as const;
  if (axes.includes("group")) return { ...none, notAMatrix: DEPTHWISE };
  const stack = axes[0] === "stack" ? 1 : 0;
  const sided = axes.slice(stack).map((axis) => sides[axis]);
  const first = sided.find((side) => side !== null) ?? null;
  const cut = sided.findIndex((side) => side !== null && side !== first);
  if (cut === -1) return { ...none, notAMatrix: "A vector, or one for each of a stack." };
  if (sided.slice(cut).includes(first) || axes.includes("stack", 1)) return null;
  const rows = entryCount(shape.slice(stack, stack + cut));
  const columns = entryCount(shape.slice(stack + cut));
  const reading = isConv ? "kernel" : stack === 1 ? "stack" : "matrix";
  return {
    ...common,
    orientation: first === "out" ? "out-in" : "in-out",
    notAMatrix: null,
    matricization: { reading, parts: stack === 1 ? shape[0]! : 1, rows, columns },
  };
}

/** Kind and role by the name, put right by what is declared. */
export function declaredKind(
  named: { readonly kind: LayerKind; readonly role: LayerRole | null },
  declared: DeclaredAxes,
  hasGates: boolean,
): { readonly kind: LayerKind; readonly role: LayerRole | null } {
  const { isConv, isEmbedding, ofState } = declared;
  if (declared.matricization === null && !isConv) return { kind: "other", role: null };
  if (hasGates) return { kind: "recurrent", role: ofState ? "hidden-hidden" : "input-hidden" };
  const { kind, role } = named;
  if (isConv && kind === "embedding") return { kind: "conv", role: "patch-embedding" };
  if (isConv && kind === "dense") return { kind: "conv", role };
  if (!isConv && kind === "conv") return { kind: "dense", role };
  if (isEmbedding && kind === "dense") return { kind: "embedding", role };
  return { kind, role };
}
