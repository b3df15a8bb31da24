import type { LayerKind, LayerRole } from "./layer.ts";
import { namingFamilies } from "./names/families.ts";
import type { NamingTraits, PathPattern } from "./names/naming-family.ts";
import { blockPattern, pathPattern } from "./names/naming-family.ts";
import type { ParameterPath } from "./parameter-path.ts";

/** What a name says about a weight matrix. */
export interface NamedLayer {
  readonly kind: LayerKind;
  readonly role: LayerRole | null;
  /** The family whose table has the name; null when none does. */
  readonly family: string | null;
  readonly traits: NamingTraits;
  /** Whether all experts are in this tensor: no segment after `experts` numbers one of them. */
  readonly isExpertStack: boolean;
  /** Whether the name speaks of a convolution, be it only in passing (`convs.0.weight`). */
  readonly isConv: boolean;
  /** Whether it is a transposed convolution, whose input and output axes are swapped. */
  readonly isTransposed: boolean;
}

interface CompiledRow {
  readonly family: string;
  readonly pattern: PathPattern;
  readonly kind: LayerKind;
  readonly role: LayerRole | null;
  readonly traits: NamingTraits;
}

const rows: readonly CompiledRow[] = namingFamilies.flatMap((family) =>
  family.rows.map(([path, kind, role, traits = {}]) => ({
    family: family.name,
    pattern: pathPattern(path),
    kind,
    role,
    traits,
  })),
);

const blockPatterns = [...new Set(namingFamilies.flatMap((family) => family.blocks))].map(blockPattern);

const EXPERT = /^(\w+_)?(experts?|moe|exps|shexp)$/;
const NUMBERED_EXPERT = /(^|\.)(\w+_)?experts?(\.(expert)?_?\d+\.|_\d+\.)/;
const TRANSPOSED = /conv(\d?d)?_?transpose|transposed?_?conv|deconv/i;

/**
 * Looks a name up in the naming tables: a family's row first, then what any name like it means,
 * then the shape.
 *
 * @param path - the name, taken apart.
 * @param axes - number of axes, at least 2.
 * @returns kind and role, with what the tables say about the axes.
 */
export function namedLayer(path: ParameterPath, axes: number): NamedLayer {
  const row = rowOf(path.path);
  const isExpert =
    row?.role !== "router" && (row?.kind === "expert" || path.path.some((segment) => EXPERT.test(segment)));
  const isNumbered = NUMBERED_EXPERT.test(path.dotted) || /(^|\.)shared_expert\.|_shexp\./.test(path.dotted);
  const kind = row?.kind === "conv" && axes === 2 ? "dense" : (row?.kind ?? "dense");
  // Flax calls the convolution that cuts an image into patches `embedding`.
  const isPatchEmbedding = kind === "embedding" && axes > 3;
  return {
    family: row?.family ?? null,
    traits: row?.traits ?? {},
    isExpertStack: isExpert && !isNumbered,
    isConv: row?.kind === "conv" || /conv/i.test(path.dotted),
    isTransposed: TRANSPOSED.test(path.dotted),
    ...(isPatchEmbedding
      ? { kind: "conv", role: "patch-embedding" }
      : { kind: isExpert ? "expert" : kind, role: row?.role ?? null }),
  };
}

/**
 * The block that a tensor lies in, by the naming tables.
 *
 * @param name - the tensor's name.
 * @param path - the same, taken apart.
 * @returns the name up to the end of the outermost block, as the file spells it, or null.
 */
export function blockOf(name: string, path: ParameterPath): string | null {
  let best: { start: number; end: number } | null = null;
  for (const pattern of blockPatterns) {
    const match = pattern.exec(path.dotted);
    if (match === null) continue;
    const found = { start: match.index, end: match.index + match[0].length };
    const isOuter = best === null || found.start < best.start;
    // At one place the longer name is the finer one: `layers.0.blocks.1` of a staged network.
    if (isOuter || (found.start === best!.start && found.end > best!.end)) best = found;
  }
  return best === null ? null : name.slice(0, best.end);
}

function rowOf(path: readonly string[]): CompiledRow | null {
  const ends = new Map<number | null, string>();
  for (const row of rows) {
    const { segments, expression } = row.pattern;
    if (segments !== null && segments > path.length) continue;
    let end = ends.get(segments);
    if (end === undefined) {
      end = segments === null ? path.join(".") : path.slice(-segments).join(".");
      ends.set(segments, end);
    }
    if (expression.test(end)) return row;
  }
  return null;
}
