import { generalizedMarchenkoPasturEntry } from "./generalized-marchenko-pastur.ts";
import type { LawEntry } from "./law.ts";
import { marchenkoPasturEntry } from "./marchenko-pastur.ts";
import { productLawEntry } from "./product-law.ts";
import { separableLawEntry } from "./separable-law.ts";
import { tracyWidomEntry } from "./tracy-widom.ts";

/** Every law of the package: the list that `marchenko laws` prints and the conformance test runs. */
export const lawCatalogue: readonly LawEntry[] = [
  marchenkoPasturEntry,
  generalizedMarchenkoPasturEntry,
  separableLawEntry,
  productLawEntry,
  tracyWidomEntry,
];
