import type { ContractionPlan } from "../../../kernels/contraction.ts";

/** A way to compute matrix products on a GPU: one a file, listed in `catalogue.ts`. */
export interface ProductKernel {
  readonly id: string;
  /** Bytes that a workgroup shares, and threads that it has: an adapter may have less. */
  readonly sharedBytes: number;
  readonly threads: number;
  /** The shader of a product: binding 1 has the left factor, 2 the right one, 3 the result. */
  shader(plan: ContractionPlan): string;
  /** Workgroups of a product. */
  groups(plan: ContractionPlan): readonly [x: number, y: number, z: number];
}

/** Products that are computed beside each other: places of all loops. */
export function productsOf({ loops }: ContractionPlan): number {
  return loops.reduce((total, { size }) => total * size, 1);
}

/** Where a product of the loops begins in the three arrays: text that computes `leftFirst`, `rightFirst` and `outFirst`. */
export function firstEntries({ loops }: ContractionPlan): string {
  const lines = ["var rest = group.z;", "var leftFirst = 0u;", "var rightFirst = 0u;", "var outFirst = 0u;"];
  for (const { size, left, right, out } of loops.toReversed()) {
    lines.push(
      `{ let at = rest % ${size}u; rest = rest / ${size}u;`,
      `leftFirst += at * ${left}u; rightFirst += at * ${right}u; outFirst += at * ${out}u; }`,
    );
  }
  return lines.join("\n");
}

/** A body within loops over the sums that are not the products' own; it moves `leftAt` and `rightAt`. */
export function withinSums({ sums }: ContractionPlan, body: string): string {
  const starts = sums.map((_, i) => ({
    left: `+ s${i} * ${sums[i]!.left}u`,
    right: `+ s${i} * ${sums[i]!.right}u`,
  }));
  const open = sums.map(({ size }, i) => `for (var s${i} = 0u; s${i} < ${size}u; s${i}++) {`).join("\n");
  return `${open}
    let leftAt = leftFirst ${starts.map(({ left }) => left).join(" ")};
    let rightAt = rightFirst ${starts.map(({ right }) => right).join(" ")};
    ${body}
  ${"}".repeat(sums.length)}`;
}

/** What every product's shader begins with. */
export const bindings = `
@group(0) @binding(1) var<storage, read> left : array<f32>;
@group(0) @binding(2) var<storage, read> right : array<f32>;
@group(0) @binding(3) var<storage, read_write> result : array<f32>;`;
