import { ConvergenceError } from "../../errors.ts";
import type { Law } from "../../laws/law.ts";
import { separableLaw } from "../../laws/separable-law.ts";
import { computeSpectrum } from "../../spectrum/compute-spectrum.ts";
import type { NoiseLaw } from "./noise-law.ts";

/** Independent vectors on both sides, with covariances of their own, and many samples. */
export const separableNoise: NoiseLaw = {
  id: "separable-law",
  name: "Separable law",
  meaning: "many samples of independent vectors, with the covariances of held-out batches",
  settle({ rowVariances, columnVariances }) {
    if (!rowVariances || !columnVariances) return "no covariances of held-out batches";
    let law: Law;
    try {
      law = separableLaw(rowVariances, columnVariances);
    } catch (error) {
      if (error instanceof ConvergenceError) return "the law's equation did not settle for these covariances";
      throw error;
    }
    const rows = rowVariances.filter((value) => value > 0).map(Math.sqrt);
    const columns = columnVariances.filter((value) => value > 0).map(Math.sqrt);
    return {
      law,
      parameters: { rowRank: rows.length, columnRank: columns.length },
      key: null,
      async draw({ normal }) {
        const data = new Float64Array(rows.length * columns.length);
        for (let i = 0, at = 0; i < rows.length; i++) {
          for (let j = 0; j < columns.length; j++) data[at++] = rows[i]! * columns[j]! * normal();
        }
        const { singularValues } = await computeSpectrum({
          rows: rows.length,
          columns: columns.length,
          data,
        });
        return singularValues.map((value) => value ** 2);
      },
    };
  },
};
