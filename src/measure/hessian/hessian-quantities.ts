import type { Quantity } from "../quantity.ts";

const PEARLMUTTER = "Pearlmutter 1994, Neural Computation 6:147-160 (products)";
const HUTCHINSON = `Hutchinson 1990, Communications in Statistics 19:433-450; ${PEARLMUTTER}`;
const LANCZOS = `Parlett 1998, The Symmetric Eigenvalue Problem, chapter 13; ${PEARLMUTTER}`;
const MARTENS = "Martens 2020, JMLR 21(146), sections 5 and 9";

/** Numbers of one matrix' block. @param path - before their names. @param of - the matrix. */
function ofMatrix(path: string, of: "K" | "V"): Quantity[] {
  return [
    {
      id: `${path}trace`,
      title: `Hessian trace of ${of}`,
      symbol: `tr H_${of}`,
      unit: "nat / weight^2",
      formula: `sum_ij d^2 L / d${of}_ij^2`,
      meaning:
        "Curvature summed over all directions: half of it times s^2 is what noise of deviation s on the weights costs.",
      source: HUTCHINSON,
      ...(of === "K" && { headline: true as const }),
    },
    {
      id: `${path}fisherTrace`,
      title: `Fisher trace of ${of}`,
      symbol: `tr F_${of}`,
      unit: "nat^2 / weight^2",
      formula: `E_{y ~ p} ||dl/d${of}||^2`,
      meaning:
        "The trace of the Hessian without the network's own curvature: never negative, and equal where logits are piecewise linear in the weights.",
      source: MARTENS,
    },
    {
      id: `${path}topEigenvalues.0.value`,
      title: `largest eigenvalue of the Hessian of ${of}`,
      symbol: `max H_${of}`,
      unit: "nat / weight^2",
      formula: `max v' H_${of} v / v'v`,
      meaning: "Curvature in the sharpest direction of this matrix.",
      source: LANCZOS,
    },
  ];
}

/** What the Hessian's measurement gives of a layer: K's numbers, and V's. */
export const hessianQuantities: readonly Quantity[] = [
  ...ofMatrix("hessian.", "K"),
  ...ofMatrix("hessian.valueMatrix.", "V"),
];
