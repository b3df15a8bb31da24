import type { NoiseLayerResult, NoiseMatrixResult, NoiseResult } from "../../noise/result.ts";

/** What a noise matrix is, for people; its own name where it is none that the page knows. */
const matrixWords: Readonly<Record<string, { readonly title: string; readonly meaning: string }>> = {
  "single-batch": { title: "one batch", meaning: "the gradient of one batch less the mean over all" },
  "single-example": { title: "one example", meaning: "the gradient of one example as it is" },
  "random-signs": { title: "random signs", meaning: "all batches' noise added with random signs, over √S" },
  half: { title: "half of the batches", meaning: "the noise of half of the batches added" },
  whitened: {
    title: "whitened",
    meaning: "random signs, between inverse roots of the covariances that held-out batches give",
  },
  gaussian: { title: "Gaussian reference", meaning: "independent entries of the same size and shape" },
  "shuffled-rows": { title: "rows shuffled", meaning: "random signs, each row's entries in random order" },
  "shuffled-columns": {
    title: "columns shuffled",
    meaning: "random signs, each column's entries in random order",
  },
};

/** What a matrix is called. */
export function matrixTitle({ matrix }: Pick<NoiseMatrixResult, "matrix">): string {
  return Object.hasOwn(matrixWords, matrix) ? matrixWords[matrix]!.title : matrix;
}

/** What a matrix is, in a sentence; "" where the page doesn't know it. */
export function matrixMeaning({ matrix }: Pick<NoiseMatrixResult, "matrix">): string {
  return Object.hasOwn(matrixWords, matrix) ? matrixWords[matrix]!.meaning : "";
}

/** The checkpoint that is shown in full. */
export function shownCheckpoint({
  checkpoints,
}: NoiseResult): NoiseResult["checkpoints"][number] | undefined {
  return checkpoints.at(-1);
}

/** The matrix of a layer by its name, where it is there. */
export function matrixOf(layer: NoiseLayerResult, name: string): NoiseMatrixResult | undefined {
  return layer.matrices.find((each) => each.matrix === name);
}

/** Below it a law is rejected, as fits of an analysis are. */
export { rejectionLevel } from "../../analysis/judge.ts";

/** How many layers have a matrix on which a law was tested, and on how many of these it isn't rejected. */
export function lawTally(
  layers: readonly NoiseLayerResult[],
  matrix: string,
  law: string,
  level: number,
): { readonly tested: number; readonly kept: number } {
  const values = layers.flatMap((layer) => {
    const found = matrixOf(layer, matrix)?.laws.find((each) => each.law === law);
    return found?.pValue === null || found?.pValue === undefined ? [] : [found.pValue];
  });
  return { tested: values.length, kept: values.filter((p) => p > level).length };
}
