import { computeInWorkers } from "../../dist/analysis/pooled-compute.js";
import { openDevice } from "../../dist/backends/gpu/device.js";
import { gramOnGpu } from "../../dist/backends/gpu/gram/gram-on-gpu.js";
import { censusOf, unitOf } from "../../dist/linalg/entry-census.js";
import { randomStream } from "../../dist/linalg/random.js";
import { computeSpectrum } from "../../dist/spectrum/compute-spectrum.js";
import { gpuEngine } from "../../dist/spectrum/gpu-engine.js";
import { fastestEngine } from "../../dist/spectrum/wasm-engine.js";
import { median } from "./timing.ts";

/** How long a matrix takes with `--engine gpu`, and with the default. */
export interface SpectrumTimes {
  readonly shape: readonly [rows: number, columns: number];
  /** Milliseconds: the Gram matrix alone, on the device, slices and read-back among it. */
  readonly gram: number;
  readonly gpu: number;
  readonly cpu: number;
  /** The largest difference between the two over what both bounds allow: 1 at most. */
  readonly ofBound: number;
}

const clock = () => performance.now();

/** Large matrices; a program on the CPU needs a second for the smallest already. */
const shapes = {
  software: [[1024, 512]],
  hardware: [
    [1024, 512],
    [3072, 768],
    [4096, 1024],
    [4096, 4096],
    [14336, 4096],
  ],
} as const;

/** Times singular values of float32 noise. @param runs - of each, after one that isn't counted; the median is taken. */
export async function timeSpectra(
  isSoftware: boolean,
  threads: number,
  runs: number,
): Promise<SpectrumTimes[]> {
  const engine = gpuEngine({ smallest: 0 });
  const device = await openDevice();
  const gram = gramOnGpu(device);
  const workers = await computeInWorkers(threads, 0, fastestEngine().id, "gram");
  const times: SpectrumTimes[] = [];
  for (const shape of shapes[isSoftware ? "software" : "hardware"]) {
    const [rows, columns] = shape;
    const { normal } = randomStream(1, ["bench", rows, columns]);
    const matrix = {
      rows,
      columns,
      data: new Float32Array(rows * columns).map(() => 0.02 * normal()),
    };
    const unit = unitOf(censusOf(matrix.data));
    const ways = [
      () => gram(matrix, unit),
      () => computeSpectrum(matrix, { engine, format: "F32", method: "gram" }),
      () => workers.spectrum(matrix, "F32"),
    ];
    const taken: number[][] = ways.map(() => []);
    for (let run = 0; run <= runs; run++) {
      for (const [i, way] of ways.entries()) {
        const start = clock();
        await way();
        if (run > 0) taken[i]!.push(clock() - start);
      }
    }
    const [got, wanted] = await Promise.all([
      computeSpectrum(matrix, { engine, format: "F32", method: "gram" }),
      workers.spectrum(matrix, "F32"),
    ]);
    let ofBound = 0;
    for (const [i, value] of wanted.singularValues.entries()) {
      const bound = wanted.relativeErrorBounds[i]! + got.relativeErrorBounds[i]!;
      ofBound = Math.max(ofBound, Math.abs(got.singularValues[i]! / value - 1) / bound);
    }
    const [onDevice, gpu, cpu] = taken.map(median) as [number, number, number];
    times.push({ shape, gram: onDevice, gpu, cpu, ofBound });
  }
  await workers.close();
  device.close();
  return times;
}
