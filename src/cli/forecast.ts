import { spectrumCost } from "../analysis/progress.ts";
import { randomStream } from "../linalg/random.ts";
import { computeSpectrum } from "../spectrum/compute-spectrum.ts";
import type { SpectrumEngine } from "../spectrum/spectrum-engine.ts";

/** The matrix that the speed is measured on: small enough to take milliseconds, large enough to be like others. */
const usual = { rows: 640, columns: 320 };
/** Seconds that the measurement takes: the first runs, before the machine code is at its best, are the slow ones. */
const patience = 0.4;
/** Seconds that a run takes to start. */
const startUp = 0.3;

/**
 * Seconds that an analysis will take, about.
 *
 * @param operations - of all its layers, by `costsOf`.
 * @param workers - threads that share them.
 * @param now - a clock in milliseconds.
 */
export async function forecastSeconds(
  operations: number,
  workers: number,
  engine: SpectrumEngine,
  now: () => number,
): Promise<number> {
  const { rows, columns } = engine.sample ?? usual;
  const stream = randomStream(0, ["forecast"]);
  const matrix = {
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, () => stream.normal()),
  };
  const begun = now();
  let fastest = Number.POSITIVE_INFINITY;
  do {
    const start = now();
    await computeSpectrum(matrix, { engine, method: "gram" });
    fastest = Math.min(fastest, (now() - start) / 1000);
  } while (now() - begun < 1000 * patience);
  return startUp + (operations * fastest) / spectrumCost(rows, columns) / workers;
}
