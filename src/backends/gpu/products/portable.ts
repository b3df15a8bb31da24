import type { ContractionPlan } from "../../../kernels/contraction.ts";
import { coordinates, offset } from "../kernel-text.ts";
import { productsOf } from "./product-kernel.ts";

/**
 * A product as a gpu.js kernel: a thread for each entry, which adds along the plan's sums and k, in order.
 */
export function portableProduct(plan: ContractionPlan): { readonly source: string; readonly count: number } {
  const { m, n, k, loops, sums } = plan;
  // The result's own order of its dimensions, so that a thread's place is that of its entry.
  const outer = [...loops, m, n].filter(({ size }) => size > 1).sort((a, b) => b.out - a.out);
  const { text, at } = coordinates(outer.map(({ size }) => size));
  const inner = [...sums, k].filter(({ size }) => size > 1);
  const counters = inner.map((_, i) => `i${i}`);
  const place = (side: "left" | "right") =>
    offset(
      [...at, ...counters],
      [...outer, ...inner].map((each) => each[side]),
    );
  const open = inner.map(({ size }, i) => `for (var i${i} = 0; i${i} < ${size}; i${i}++) {`).join(" ");
  const source = `function (a, b) { ${text}
    var total = 0;
    ${open} total += a[${place("left")}] * b[${place("right")}]; ${"}".repeat(inner.length)}
    return total;
  }`;
  return { source, count: productsOf(plan) * m.size * n.size };
}
