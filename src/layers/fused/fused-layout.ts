import type { HeadCounts } from "../head-counts.ts";
import type { LayerRole, Orientation } from "../layer.ts";
import type { Bands } from "../tensor-part.ts";

/** A matrix that several were joined in, and what else there is to tell how. */
export interface FusedMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly orientation: Orientation;
  /** Numbers of heads and of experts that the model's own configuration has; none without one. */
  readonly heads: readonly HeadCounts[];
  readonly experts: number | null;
  /** Shape of the tensor whose name has `to` in place of `from`; null without one. */
  sibling(from: string | RegExp, to: string): readonly number[] | null;
}

/** One of the joined matrices: some of the rows, or of the columns. */
export interface FusedPart {
  /** Stands in brackets after the tensor's name. */
  readonly label: string;
  /** Its role; that of the whole where it is null. */
  readonly role: LayerRole | null;
  readonly bands: Bands;
}

export interface FusedSplit {
  /** The axis along which the parts lie. */
  readonly axis: "rows" | "columns";
  /** How the parts map, where their layout tells more than the name does. */
  readonly orientation?: Orientation;
  /** Disjoint, and all of the axis together. */
  readonly parts: readonly FusedPart[];
}

/** How matrices were joined in one tensor: declared by the rows of the naming tables. */
export interface FusedLayout {
  /** The joined matrices; null where shapes and configuration do not tell them apart. */
  split(matrix: FusedMatrix): FusedSplit | null;
}

/** Outputs lie along this axis. */
export function outputAxis({ orientation }: Pick<FusedMatrix, "orientation">): "rows" | "columns" {
  return orientation === "out-in" ? "rows" : "columns";
}

/** Number of outputs and of inputs. */
export function sidesOf({ rows, columns, orientation }: FusedMatrix): { outputs: number; inputs: number } {
  return orientation === "out-in" ? { outputs: rows, inputs: columns } : { outputs: columns, inputs: rows };
}
