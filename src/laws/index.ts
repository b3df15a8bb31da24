/** Subpath `marchenko/laws`. */
export { lawCatalogue } from "./catalogue.ts";
export { exponential } from "./exponential.ts";
export { generalizedMarchenkoPastur } from "./generalized-marchenko-pastur.ts";
export type { Law, LawEntry } from "./law.ts";
export { lognormal } from "./lognormal.ts";
export { marchenkoPastur, marchenkoPasturMoment } from "./marchenko-pastur.ts";
export { porterThomas } from "./porter-thomas.ts";
export { powerLaw } from "./power-law.ts";
export { productLaw } from "./product-law.ts";
export { quarterCircle } from "./quarter-circle.ts";
export { semicircle } from "./semicircle.ts";
export { separableLaw } from "./separable-law.ts";
export { spacingRatioLaw } from "./spacing-ratio.ts";
export { tracyWidom } from "./tracy-widom.ts";
export { truncatedPowerLaw } from "./truncated-power-law.ts";
export { wignerSurmise } from "./wigner-surmise.ts";
