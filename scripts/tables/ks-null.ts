import { writeFileSync } from "node:fs";
import { bulkScale } from "../../src/fits/bulk-scale.ts";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";

/**
 * Makes `src/fits/ks-null-table.ts`: how far the eigenvalues of pure noise lie from the law fitted to them, and how
 * far the fitted scale lies from the true one. To be run again whenever `bulkScale` changes; takes about half an hour.
 *
 *     npx tsx scripts/tables/ks-null.ts [--quick]
 */
const isQuick = process.argv.includes("--quick");
const aspectRatios = [0.02, 0.25, 0.5, 0.8, 1];
const counts = [8, 16, 32, 64, 128, 256, 512, 1024, 2048];
const survival = [0.99, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.0025, 0.001];
const chunk = 200;

function drawsFor(count: number): number {
  const draws = count <= 256 ? 40_000 : count <= 1024 ? 20_000 : 8_000;
  return isQuick ? draws / 40 : draws;
}

const quantiles: number[][][] = [];
const scaleErrors: number[][] = [];
for (const q of aspectRatios) {
  quantiles.push([]);
  scaleErrors.push([]);
  for (const count of counts) {
    const larger = Math.round(count / q);
    const law = marchenkoPastur(count / larger, 1);
    const draws = drawsFor(count);
    const distances = new Float64Array(draws);
    let squares = 0;
    for (let done = 0; done < draws; done += chunk) {
      const { eigenvalues } = drawNullSpectra(larger, count, `ks-null ${done}`, chunk);
      for (let k = 0; k < chunk; k++) {
        const ascending = eigenvalues.subarray(k * count, (k + 1) * count);
        const { scale } = bulkScale(ascending, larger);
        distances[done + k] = count * ksDistance(ascending, (x) => law.cdf(x / scale ** 2));
        squares += (scale - 1) ** 2;
      }
    }
    distances.sort();
    const at = (p: number) => distances[Math.min(draws - 1, Math.floor((1 - p) * draws))]!;
    quantiles.at(-1)!.push(survival.map((p) => Number(at(p).toFixed(4))));
    scaleErrors.at(-1)!.push(Number(Math.sqrt((squares / draws) * 2 * larger * count).toFixed(4)));
    console.error(q, count, quantiles.at(-1)!.at(-1)!.join(" "), scaleErrors.at(-1)!.at(-1));
  }
}

const rows = (table: readonly (readonly number[])[]) =>
  table.map((row) => `    [${row.join(", ")}],`).join("\n");
writeFileSync(
  new URL("../../src/fits/ks-null-table.ts", import.meta.url),
  `/**
 * Pure noise against the law fitted to it, by simulation: \`scripts/tables/ks-null.ts\`, ${counts
   .map(drawsFor)
   .join(", ")} draws for each count.
 */
export const ksNullTable = {
  /** q = M / N. */
  aspectRatios: [${aspectRatios.join(", ")}],
  /** M. */
  counts: [${counts.join(", ")}],
  /** Probabilities that M times the KS distance is larger than the quantiles of a row. */
  survival: [${survival.join(", ")}],
  /** Quantiles of M D, by aspect ratio, by count, by survival. */
  quantiles: [
${quantiles.map((table) => `  [\n${rows(table)}\n  ],`).join("\n")}
  ],
  /** Standard error of the fitted scale times sqrt(2 N M) over the scale, by aspect ratio and count. */
  scaleErrors: [
${rows(scaleErrors)}
  ],
} as const;
`,
);
