import { drawNullSpectra } from "../../fits/null-spectra.ts";
import { marchenkoPastur } from "../../laws/marchenko-pastur.ts";
import type { NoiseLaw } from "./noise-law.ts";

/** Independent entries of one variance. */
export const marchenkoPasturNoise: NoiseLaw = {
  id: "marchenko-pastur",
  name: "Marchenko-Pastur",
  meaning: "independent entries of one variance",
  settle({ rows, columns }) {
    const larger = Math.max(rows, columns);
    const smaller = Math.min(rows, columns);
    const aspectRatio = smaller / larger;
    return {
      law: marchenkoPastur(aspectRatio, 1),
      parameters: { aspectRatio },
      key: `${larger} ${smaller}`,
      draw: async ({ uniform }) => drawNullSpectra(larger, smaller, uniform(), 1).eigenvalues,
    };
  },
};
