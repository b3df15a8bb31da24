import { ratio, scaled } from "../estimate.ts";
import { exampleSum, isNegative, isPositive, negativePart, positivePart } from "./entry-parts.ts";
import { defineMeter, type MeterNumber } from "./meter.ts";
import { smallEntries, smallEntryNumbers } from "./small-entries.ts";

const source = "Peng et al. 2023, arXiv 2309.03004";

const sides = {
  beneficial: { condition: "eta < 0", tells: "raising the pre-activation would lower the loss" },
  detrimental: { condition: "eta > 0", tells: "raising the pre-activation would raise the loss" },
} as const;
type Side = keyof typeof sides;

function countOf<S extends Side>(side: S): MeterNumber<`${S}Count`> {
  const { condition, tells } = sides[side];
  return {
    title: `Share that is ${side}`,
    symbol: condition,
    unit: "1",
    formula: `mean 1[${condition}]`,
    meaning: `Share of effective gradients where ${tells}.`,
    source,
    estimate: ({ mean, tokens, neurons }) => scaled(mean(`${side}Count`), 1 / (tokens * neurons)),
  };
}

function sumOf<S extends Side>(side: S): MeterNumber<`${S}Sum`> {
  const { condition, tells } = sides[side];
  return {
    title: `Sum of the ${side}`,
    symbol: `sum eta, ${condition}`,
    unit: "loss / activation",
    formula: `mean_i sum_j eta_ij 1[${condition}]`,
    meaning: `A token's effective gradients where ${tells}, summed.`,
    source,
    estimate: ({ mean, tokens }) => scaled(mean(`${side}Sum`), 1 / tokens),
  };
}

function meanOf<S extends Side>(side: S): MeterNumber<`${S}Count` | `${S}Sum`> {
  const { condition, tells } = sides[side];
  return {
    title: `Mean of the ${side}`,
    symbol: `eta, ${condition}`,
    unit: "loss / activation",
    formula: `mean eta over ${condition}`,
    meaning: `Mean effective gradient where ${tells}.`,
    source,
    estimate: ({ mean }) =>
      ratio(mean(`${side}Sum`), mean(`${side}Count`), `no effective gradient is ${side}`),
  };
}

/** How many effective gradients are near zero, how large they are, and which way they point. */
export const effectiveGradientSparsity = defineMeter({
  id: "effectiveGradientSparsity",
  title: "Effective gradient sparsity",
  nested: true,
  values: ({ eta }) => ({
    ...smallEntries(eta),
    beneficialCount: exampleSum(isNegative(eta)),
    beneficialSum: exampleSum(negativePart(eta)),
    detrimentalCount: exampleSum(isPositive(eta)),
    detrimentalSum: exampleSum(positivePart(eta)),
  }),
  numbers: {
    ...smallEntryNumbers({ symbol: "eta", of: "effective gradients, eta = dl / dP", source }),
    beneficialShare: countOf("beneficial"),
    beneficialSum: sumOf("beneficial"),
    beneficialMean: meanOf("beneficial"),
    detrimentalShare: countOf("detrimental"),
    detrimentalSum: sumOf("detrimental"),
    detrimentalMean: meanOf("detrimental"),
  },
});
