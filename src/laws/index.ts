/** Subpath `marchenko/laws`. */
export { lawCatalogue } from "./catalogue.ts";
export { generalizedMarchenkoPastur } from "./generalized-marchenko-pastur.ts";
export type { Law, LawEntry } from "./law.ts";
export { marchenkoPastur, marchenkoPasturMoment } from "./marchenko-pastur.ts";
export { productLaw } from "./product-law.ts";
export { separableLaw } from "./separable-law.ts";
export { tracyWidom } from "./tracy-widom.ts";
