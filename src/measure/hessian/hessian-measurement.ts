import { OutOfMemoryError } from "../../backends/backend.ts";
import { randomStream } from "../../linalg/random.ts";
import type { MeasuredBatch, MeasuredPart } from "../measured-part.ts";
import { defineMeasurement, type Measured } from "../measurement.ts";
import { fisherTraces } from "./fisher-trace.ts";
import {
  affordableSteps,
  type HessianCounts,
  type HessianWork,
  hessianSettings,
  hessianWork,
} from "./hessian-counts.ts";
import { hessianQuantities } from "./hessian-quantities.ts";
import {
  type LayerHessian,
  layerHessianSchema,
  type MatrixHessian,
  type ModelHessian,
  modelHessianSchema,
} from "./hessian-schemas.ts";
import { hessianVectorProduct, NonFiniteProductError } from "./hessian-vector-product.ts";
import { hutchinsonTraces, type TraceEstimates } from "./hutchinson.ts";
import { extremeEigenvalues, lanczosRitzValues } from "./lanczos-eigenvalues.ts";
import { lanczosQuadrature, smoothedDensity } from "./spectral-density.ts";
import type { Estimate } from "./stratified-mean.ts";

const ID = "hessian";
/** Largest eigenvalues that are given, of the whole model and of a layer. */
const MODEL_EIGENVALUES = 5;
const LAYER_EIGENVALUES = 3;
/** Residual at which a layer's Lanczos ends, over the largest |eigenvalue|. */
const LAYER_TOLERANCE = 1e-2;

type Reasons = Record<string, string>;

/** What all parts of the measurement take. */
interface Work {
  readonly part: MeasuredPart;
  readonly batches: readonly MeasuredBatch[];
  readonly counts: HessianCounts;
  readonly beforeRun: () => void;
  readonly purpose: (...of: (string | number)[]) => (string | number)[];
}

/** Curvature of the loss: traces, eigenvalues and their density, of the whole model and of each MLP matrix. */
export const hessianMeasurement = defineMeasurement({
  id: ID,
  title: "Hessian and Fisher information",
  quantities: hessianQuantities,
  layer: layerHessianSchema,
  model: modelHessianSchema,
  settings: hessianSettings,
  byDefault: true,
  async run(part, { settings, signal, onProgress }) {
    const work = hessianWork(part.traced, part.count, settings);
    if (work.refusal !== null) return nothing(part, work.refusal);
    try {
      let done = 0;
      const beforeRun = () => {
        signal?.throwIfAborted();
        onProgress?.(Math.min(1, done++ / work.runs));
      };
      const { counts } = work;
      const batches = await spreadBatches(part, counts.batches);
      const purpose: Work["purpose"] = (...of) => [ID, part.part, ...of];
      return await measureHessian({ part, batches, counts, beforeRun, purpose }, work);
    } catch (error) {
      if (!isReason(error)) throw error;
      return nothing(part, error.message);
    }
  },
});

function nothing({ traced }: MeasuredPart, reason: string) {
  const none = { piece: null, reasons: { "": reason } };
  return { layers: traced.blocks.map(() => none), model: none };
}

/** Whether an error tells why there is nothing to give of this model. */
function isReason(error: unknown): error is Error {
  return error instanceof NonFiniteProductError || error instanceof OutOfMemoryError;
}

/** Batches equally far from each other: data may lie class by class. */
async function spreadBatches(part: MeasuredPart, count: number): Promise<MeasuredBatch[]> {
  const batches: MeasuredBatch[] = [];
  for (let i = 0; i < count; i++) batches.push(await part.batch(Math.floor((i * part.count) / count)));
  return batches;
}

async function measureHessian(work: Work, { counts, operations }: HessianWork) {
  const { part, batches, beforeRun, purpose } = work;
  const fisher =
    counts.draws > 0
      ? await fisherTraces(part, batches, {
          draws: counts.draws,
          seed: part.seed,
          purpose: purpose("fisher"),
          beforeRun,
        })
      : null;
  const reasons: Reasons = {};
  const model = await wholeModel(work, fisher, operations, reasons);
  const layers: Measured<LayerHessian>[] = [];
  for (const { key, value } of part.traced.blocks) {
    const own: Reasons = {};
    const keyPiece = await matrixHessian(work, key, fisher, own, "");
    if (value === null) own.valueMatrix = "the block has no value matrix";
    const valueMatrix = value === null ? null : await matrixHessian(work, value, fisher, own, "valueMatrix.");
    layers.push({ piece: { ...keyPiece, valueMatrix }, reasons: own });
  }
  return { layers, model: { piece: model, reasons } };
}

const LEFT_OUT = "left out by the settings: 0 probes, draws or steps";
const ONE_PROBE = "one probe a batch has no scatter";
const NO_PLACE = "the directions of a few Lanczos steps would take more than 1 GiB";

async function wholeModel(
  { part, batches, counts, beforeRun, purpose }: Work,
  fisher: TraceEstimates | null,
  operations: number,
  reasons: Reasons,
): Promise<ModelHessian> {
  const { seed } = part;
  const product = await hessianVectorProduct(part, batches, { beforeRun });
  try {
    const { probes, densityProbes } = counts;
    const traces =
      probes > 0 ? await hutchinsonTraces(product, { probes, seed, purpose: purpose("trace") }) : null;
    const steps = affordableSteps(counts.steps, product.dimension);
    const rules = await lanczosQuadrature(product, {
      probes: steps > 0 ? densityProbes : 0,
      steps,
      seed,
      purpose: purpose("density"),
    });
    const extremes = rules.length > 0 ? extremeEigenvalues(rules, MODEL_EIGENVALUES) : null;
    const density = rules.length > 0 ? smoothedDensity(rules) : null;
    const isLeftOut = counts.steps === 0 || densityProbes === 0;
    if (!extremes) reasons.topEigenvalues = reasons.leastEigenvalue = isLeftOut ? LEFT_OUT : NO_PLACE;
    if (!density) reasons.density = extremes ? "all Ritz values are the same" : reasons.topEigenvalues!;
    if (density && rules.length === 1) reasons["density.meanStandardError"] = ONE_PROBE;
    return {
      dimension: product.dimension,
      examples: batches.reduce((sum, each) => sum + each.examples, 0),
      counts,
      operations,
      ...traceNumbers(traces?.whole, fisher?.whole, reasons),
      topEigenvalues: extremes && [...extremes.top],
      leastEigenvalue: extremes?.least ?? null,
      density: density && {
        ...density,
        x: Array.from(density.x),
        density: Array.from(density.density),
        rules: rules.map(({ nodes, weights }) => ({ nodes, weights })),
      },
      parameters: Array.from(product.stretches.keys(), (name) => ({
        name,
        ...traceNumbers(traces?.blocks.get(name), fisher?.blocks.get(name), {}),
      })),
    };
  } finally {
    product.dispose();
  }
}

/** The block of one matrix, by probes of its own: what other parameters would add to their scatter stays out. */
async function matrixHessian(
  { part, batches, counts, beforeRun, purpose }: Work,
  name: string,
  fisher: TraceEstimates | null,
  reasons: Reasons,
  path: string,
): Promise<MatrixHessian> {
  const { seed } = part;
  const product = await hessianVectorProduct(part, batches, { parameters: [name], beforeRun });
  try {
    const probes = counts.layerProbes;
    const traces =
      probes > 0 ? await hutchinsonTraces(product, { probes, seed, purpose: purpose("trace", name) }) : null;
    const steps = affordableSteps(counts.layerSteps, product.dimension);
    const stream = randomStream(seed, purpose("eigenvalues", name));
    const enough = { count: LAYER_EIGENVALUES, tolerance: LAYER_TOLERANCE };
    const extremes =
      steps > 0
        ? extremeEigenvalues([await lanczosRitzValues(product, { steps, stream, enough })], LAYER_EIGENVALUES)
        : null;
    if (!extremes) {
      const why = counts.layerSteps > 0 ? NO_PLACE : LEFT_OUT;
      reasons[`${path}topEigenvalues`] = reasons[`${path}leastEigenvalue`] = why;
    }
    return {
      ...traceNumbers(traces?.whole, fisher?.blocks.get(name), reasons, path),
      topEigenvalues: extremes && [...extremes.top],
      leastEigenvalue: extremes?.least ?? null,
    };
  } finally {
    product.dispose();
  }
}

/** Both traces with their errors. @param reasons - takes those of nulls. @param path - before their names. */
function traceNumbers(
  trace: Estimate | undefined,
  fisherTrace: Estimate | undefined,
  reasons: Reasons,
  path = "",
) {
  for (const [name, estimate] of Object.entries({ trace, fisherTrace })) {
    if (!estimate) reasons[`${path}${name}`] = LEFT_OUT;
    else if (estimate.standardError === null) reasons[`${path}${name}StandardError`] = ONE_PROBE;
  }
  return {
    trace: trace?.value ?? null,
    traceStandardError: trace?.standardError ?? null,
    fisherTrace: fisherTrace?.value ?? null,
    fisherTraceStandardError: fisherTrace?.standardError ?? null,
  };
}
