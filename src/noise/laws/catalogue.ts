import { marchenkoPasturNoise } from "./marchenko-pastur.ts";
import type { NoiseLaw } from "./noise-law.ts";
import { productNoise } from "./product.ts";
import { separableNoise } from "./separable.ts";

/** Laws that noise is held against, from the simplest to the one that knows most. */
export const noiseLaws: readonly NoiseLaw[] = [marchenkoPasturNoise, productNoise, separableNoise];
