import { exponentialEntry } from "./exponential.ts";
import { generalizedMarchenkoPasturEntry } from "./generalized-marchenko-pastur.ts";
import type { LawEntry } from "./law.ts";
import { lognormalEntry } from "./lognormal.ts";
import { marchenkoPasturEntry } from "./marchenko-pastur.ts";
import { porterThomasEntry } from "./porter-thomas.ts";
import { powerLawEntry } from "./power-law.ts";
import { productLawEntry } from "./product-law.ts";
import { quarterCircleEntry } from "./quarter-circle.ts";
import { semicircleEntry } from "./semicircle.ts";
import { separableLawEntry } from "./separable-law.ts";
import { spacingRatioEntry } from "./spacing-ratio.ts";
import { tracyWidomEntry } from "./tracy-widom.ts";
import { truncatedPowerLawEntry } from "./truncated-power-law.ts";
import { wignerSurmiseEntry } from "./wigner-surmise.ts";

/** Every law of the package: the list that `marchenko laws` prints and the conformance test runs. */
export const lawCatalogue: readonly LawEntry[] = [
  marchenkoPasturEntry,
  quarterCircleEntry,
  semicircleEntry,
  tracyWidomEntry,
  wignerSurmiseEntry,
  spacingRatioEntry,
  porterThomasEntry,
  powerLawEntry,
  truncatedPowerLawEntry,
  lognormalEntry,
  exponentialEntry,
  generalizedMarchenkoPasturEntry,
  separableLawEntry,
  productLawEntry,
];
