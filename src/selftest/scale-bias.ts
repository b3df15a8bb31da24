import { mapBounded } from "../analysis/map-bounded.ts";
import { bulkScale } from "../fits/bulk-scale.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { randomStream } from "../linalg/random.ts";
import { eigenvalues } from "../spectrum/spectrum.ts";
import { repetitions, type Study, type StudyContext, type StudyRow } from "./study.ts";

const sides = [64, 128, 256, 512];
const aspectRatios = [1, 1 / 2, 1 / 4, 1 / 8];
/** Share of the rank that is planted. */
const rankShare = 0.06;

/** How strong the planted directions are: all of one strength, or the shares of the energy that they hold. */
const strong = [0.3, 0.6, 0.95].map((energy) => ({ energy, title: `${100 * energy} % of the energy` }));
const weak = { times: 1.2, title: "1.2 times the threshold" };

/** Planted singular values, from one to two in ratio, each of at least 1.5 times the threshold. */
function strengthsOf(plan: { energy?: number; times?: number }, larger: number, smaller: number): number[] {
  const count = Math.max(1, Math.floor(rankShare * smaller));
  const threshold = (larger * smaller) ** 0.25;
  if (plan.times !== undefined) return new Array(count).fill(plan.times * threshold);
  const relative = Array.from({ length: count }, (_, i) => 1 + (count > 1 ? i / (count - 1) : 0));
  const energy = (plan.energy! / (1 - plan.energy!)) * larger * smaller;
  const squares = relative.reduce((sum, each) => sum + each * each, 0);
  return relative.map((each) => Math.max(each * Math.sqrt(energy / squares), 1.5 * threshold));
}

/** Unit noise with directions planted along the first coordinates, as good as any for it. */
function planted(
  larger: number,
  smaller: number,
  strengths: readonly number[],
  key: (string | number)[],
  seed: number | string,
): Matrix {
  const { normal } = randomStream(seed, ["selftest scale-bias", larger, smaller, ...key]);
  const data = new Float64Array(larger * smaller);
  for (let i = 0; i < data.length; i++) data[i] = normal();
  for (const [i, strength] of strengths.entries()) data[i * smaller + i]! += strength;
  return { rows: larger, columns: smaller, data };
}

interface Cell {
  readonly smaller: number;
  readonly larger: number;
  readonly plan: { energy?: number; times?: number; title: string };
}

/** Bias of the fitted scale in one cell, and its standard error. */
async function biasIn(
  cell: Cell,
  context: StudyContext,
): Promise<{ bias: number; error: number; draws: number }> {
  const { smaller, larger, plan } = cell;
  const draws = repetitions(120 * Math.min(1, (64 / smaller) ** 1.2), context);
  const strengths = strengthsOf(plan, larger, smaller);
  const errors = await mapBounded(
    Array.from({ length: draws }, (_, draw) => draw),
    Array.from({ length: draws }, (_, draw) => draw),
    context.compute.parallelism,
    async (draw, place) => {
      const matrix = planted(larger, smaller, strengths, [plan.title, draw], context.seed);
      // The scale needs no small singular values: as float64 they would be computed again without squaring.
      const spectrum = await context.compute.spectrum(matrix, "F32", { othersFollow: place.othersFollow });
      return bulkScale(eigenvalues(spectrum), larger).scale - 1;
    },
    () => {},
  );
  const bias = errors.reduce((sum, each) => sum + each, 0) / draws;
  const variance = errors.reduce((sum, each) => sum + (each - bias) ** 2, 0) / Math.max(1, draws - 1);
  return { bias, error: Math.sqrt(variance / draws), draws };
}

/** The cell with the largest bias over aspect ratios and plans. */
async function worst(
  smaller: number,
  plans: readonly Cell["plan"][],
  atMost: number,
  title: string,
  context: StudyContext,
): Promise<StudyRow> {
  let row: StudyRow | null = null;
  for (const q of aspectRatios) {
    for (const plan of plans) {
      const larger = smaller / q;
      const { bias, error, draws } = await biasIn({ smaller, larger, plan }, context);
      if (row && Math.abs(bias) <= row.value) continue;
      row = {
        circumstances: `M = ${smaller}, ${title}; worst at N = ${larger}, ${plan.title}`,
        quantity: "|bias| of the scale",
        value: Math.abs(bias),
        standardError: error,
        repetitions: draws,
        bound: { atMost },
      };
    }
  }
  return row!;
}

export const scaleBias: Study = {
  id: "scale-bias",
  title: "Bias of the scale under planted directions",
  method:
    "Noise of unit entries with 6 % of its rank planted, at aspect ratios 1, 1/2, 1/4 and 1/8: how far the fitted scale is from 1 on average. The worst of all cells is shown, so that chance adds to it.",
  source: "bulkScale; Ke, Ma & Lin 2023",
  async run(context) {
    const rows: StudyRow[] = [];
    for (const smaller of sides) {
      rows.push(await worst(smaller, strong, 0.01, "strong directions", context));
      rows.push(await worst(smaller, [weak], 0.025, "weak directions", context));
    }
    return rows;
  },
};
