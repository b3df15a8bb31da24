import type { FusedLayout } from "../fused/fused-layout.ts";
import type { LayerKind, LayerRole, Orientation } from "../layer.ts";

/** What a row of a family's table says besides kind and role. */
export interface NamingTraits {
  /** How the family stores this matrix; by default what the parameter's name says (`weight`, `kernel`). */
  readonly orientation?: Orientation;
  /**
   * Whether the matrix has more outputs than inputs: lets the shape confirm or refute `orientation`
   * where two libraries use one name for transposed matrices.
   */
  readonly expands?: boolean;
  /** How many leading axes make the rows (negative: all but so many), where the layout does not tell. */
  readonly rowAxes?: number;
  /** How several matrices were joined in it. */
  readonly fused?: FusedLayout;
}

/**
 * One row: the end of a module's path, and what a matrix of that name is.
 *
 * The path is a list of segments joined by dots (a slash counts as a dot), without the parameter's
 * own name (`.weight`, `/kernel:0`). `#` stands for a number, `(a|b)` for alternatives inside a
 * segment, `^` in front for the whole path but for wrappers such as `module.`.
 */
export type NamingRow = readonly [
  path: string,
  kind: LayerKind,
  role: LayerRole | null,
  traits?: NamingTraits,
];

/** A naming convention, as data. */
export interface NamingFamily {
  readonly name: string;
  /** Paths that end where a block's name ends, in the notation of {@link NamingRow}. */
  readonly blocks: readonly string[];
  /** First match wins. */
  readonly rows: readonly NamingRow[];
}

/** Segments that wrap a model without saying anything about it. */
const WRAPPERS =
  "(?:module|_orig_mod|_fsdp_wrapped_module|model|_model|base_model|state_dict|model_state_dict|params|model_weights|net|network|backbone)";

/** A {@link NamingRow}'s path, ready to be matched. */
export interface PathPattern {
  /** How many of the last segments it looks at; null for all of them. */
  readonly segments: number | null;
  readonly expression: RegExp;
}

/**
 * A matcher for the end of a path.
 *
 * @param path - notation of {@link NamingRow}.
 * @returns the expression and the number of segments that it is to be given: looking only at the
 *   last ones lets almost every pattern fail at its first letter.
 */
export function pathPattern(path: string): PathPattern {
  const isWhole = path.startsWith("^");
  const source = expressionSource(isWhole ? path.slice(1) : path);
  return {
    segments: isWhole ? null : path.split(".").length,
    expression: new RegExp(isWhole ? `^(?:${WRAPPERS}\\.)*${source}$` : `^${source}$`),
  };
}

/**
 * A matcher for a block's name inside a path.
 *
 * @param path - notation of {@link NamingRow}.
 * @returns an expression that matches from a segment's start to the block's end.
 */
export function blockPattern(path: string): RegExp {
  return new RegExp(`(?<=^|\\.)${expressionSource(path)}(?=\\.)`);
}

function expressionSource(path: string): string {
  return path.replaceAll(".", "\\.").replaceAll("#", "\\d+").replaceAll("(", "(?:");
}
