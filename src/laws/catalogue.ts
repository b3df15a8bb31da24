import type { LawEntry } from "./law.ts";
import { marchenkoPasturEntry } from "./marchenko-pastur.ts";
import { tracyWidomEntry } from "./tracy-widom.ts";

/** Every law of the package: the list that `marchenko laws` prints and the conformance test runs. */
export const lawCatalogue: readonly LawEntry[] = [marchenkoPasturEntry, tracyWidomEntry];
