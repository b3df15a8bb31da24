/** Subpath `marchenko/laws`. */
export { lawCatalogue } from "./catalogue.ts";
export { exponential } from "./exponential.ts";
export type { Law, LawEntry } from "./law.ts";
export { lognormal } from "./lognormal.ts";
export { marchenkoPastur, marchenkoPasturMoment } from "./marchenko-pastur.ts";
export { porterThomas } from "./porter-thomas.ts";
export { powerLaw } from "./power-law.ts";
export { quarterCircle } from "./quarter-circle.ts";
export { semicircle } from "./semicircle.ts";
export { spacingRatioLaw } from "./spacing-ratio.ts";
export { tracyWidom } from "./tracy-widom.ts";
export { truncatedPowerLaw } from "./truncated-power-law.ts";
export { wignerSurmise } from "./wigner-surmise.ts";
