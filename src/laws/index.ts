/** Subpath `marchenko/laws`. */
export { lawCatalogue } from "./catalogue.ts";
export type { Law, LawEntry } from "./law.ts";
export { marchenkoPastur, marchenkoPasturMoment } from "./marchenko-pastur.ts";
export { tracyWidom } from "./tracy-widom.ts";
