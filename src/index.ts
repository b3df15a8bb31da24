/** The library: one line a public name, in the order the data walks. */

export { analyze } from "./analysis/analyze.ts";
export { analyzeEvery } from "./analysis/analyze-every.ts";
export type { AnalyzeOptions, FoundCheckpoint } from "./analysis/analyze-options.ts";
export { type CacheFile, cacheFiles, cacheFolder } from "./analysis/cache-folder.ts";
export type { Compute } from "./analysis/compute.ts";
export { mergeShards } from "./analysis/merge-shards.ts";
export { metricValue } from "./analysis/metric-value.ts";
export { type AnalysedModel, modelsOf } from "./analysis/models-of.ts";
export type { AnalysisInput, AnalysisSource } from "./analysis/open-sources.ts";
export { computeInWorkers } from "./analysis/pooled-compute.ts";
export type { ProgressEvent } from "./analysis/progress.ts";
export {
  type AnalysisResult,
  analysisResultSchema,
  type CheckpointResult,
  type Finding,
  type LayerResult,
  type Verdict,
} from "./analysis/result.ts";
export type { Shard } from "./analysis/shards.ts";
export type { SpectrumCache } from "./analysis/spectrum-cache.ts";
export { version } from "./analysis/version.ts";
export { type DenoisedLayer, type DenoisedSummary, writeDenoised } from "./analysis/write-denoised.ts";
export { type GpuBackendOptions, gpuBackend } from "./backends/gpu/gpu-backend.ts";
export { type WasmBackendOptions, wasmBackend } from "./backends/wasm/wasm-backend.ts";
export type { Checkpoint, LeftOutFile } from "./checkpoint/checkpoint.ts";
export type { CheckpointSeries } from "./checkpoint/choose-series.ts";
export type { ModelConfig } from "./checkpoint/model-config.ts";
export { openCheckpoint, openCheckpointBlob } from "./checkpoint/open-checkpoint.ts";
export type { OpenOptions } from "./checkpoint/place.ts";
export type { RemoteOptions } from "./checkpoint/remote/options.ts";
export { encodeSafetensors, writeSafetensors } from "./checkpoint/safetensors-writer.ts";
export { type OpenedCheckpoints, openCheckpoints } from "./checkpoint/series.ts";
export { type Dtype, type Tensor, type TensorSource, tensorOf } from "./checkpoint/tensor.ts";
export type { AxisMeaning, TensorUse } from "./checkpoint/tensor-use.ts";
export { type CompareOptions, compare } from "./comparison/compare.ts";
export type { ComparisonInput } from "./comparison/compared-input.ts";
export {
  type ComparedLayer,
  type ComparisonResult,
  comparisonResultSchema,
  type MetricDifference,
  type SubspaceOverlap,
} from "./comparison/result.ts";
export type { WeightwatcherRow } from "./compat/weightwatcher/details-row.ts";
export type { LeftOutTensor } from "./compat/weightwatcher/left-out.ts";
export {
  type WeightwatcherDetails,
  type WeightwatcherOptions,
  type WeightwatcherProgress,
  weightwatcherDetails,
} from "./compat/weightwatcher/weightwatcher-details.ts";
export {
  CheckpointFormatError,
  ConvergenceError,
  DatasetFormatError,
  DivergenceError,
  MarchenkoError,
  NothingToAnalyzeError,
  UnreadableInputError,
  UsageError,
} from "./errors.ts";
export { experiments } from "./experiments/catalogue.ts";
export type { Experiment } from "./experiments/experiment.ts";
export { type ExperimentResult, experimentResultSchema } from "./experiments/result.ts";
export { type ExperimentOptions, runExperiment } from "./experiments/run-experiment.ts";
export type { ExperimentProgress } from "./experiments/run-planned.ts";
export {
  type AspectRatioComparableAlpha,
  type AspectRatioComparableAlphaOptions,
  aspectRatioComparableAlpha,
} from "./fits/aspect-ratio-comparable-alpha.ts";
export { invertBbp, type PlantedDirection } from "./fits/bbp.ts";
export {
  fitMarchenkoPastur,
  type MarchenkoPasturFit,
  type MarchenkoPasturFitOptions,
} from "./fits/fit-marchenko-pastur.ts";
export { hardThreshold, medianHardThreshold } from "./fits/hard-threshold.ts";
export { ksNullPValue } from "./fits/ks-null.ts";
export { type Localisation, localisation } from "./fits/localisation.ts";
export { drawNullSpectra, type NullSpectra } from "./fits/null-spectra.ts";
export { type PlantedOverlap, plantedOverlap, sameNoiseOverlap } from "./fits/planted-overlap.ts";
export { fitPowerLaw, type PowerLawFit, type PowerLawFitOptions } from "./fits/power-law.ts";
export type { PredictedError } from "./fits/predicted-error.ts";
export { type SecondOpinion, type SecondOpinionInput, secondOpinions } from "./fits/second-opinion.ts";
export { optimalShrinkage, type ShrinkageAdvice, type ShrinkageOptions } from "./fits/shrinkage.ts";
export type { ShrinkageLoss } from "./fits/shrinkers.ts";
export { type SpacingRatio, type SpacingRatioTest, spacingRatio } from "./fits/spacing-ratio.ts";
export type { Spike } from "./fits/spikes.ts";
export type { TailAlternative } from "./fits/tail-alternatives.ts";
export { meanSquaresWithoutSpikes } from "./fits/variance-profile.ts";
export { type GateOptions, gate } from "./gate/gate.ts";
export { type GateResult, gateResultSchema } from "./gate/result.ts";
export { lawCatalogue } from "./laws/catalogue.ts";
export type { Law, LawEntry } from "./laws/law.ts";
export { marchenkoPastur } from "./laws/marchenko-pastur.ts";
export { tracyWidom } from "./laws/tracy-widom.ts";
export type { FactoredMatrix, Factors } from "./layers/factored-matrix.ts";
export type {
  ConvolutionKernel,
  Layer,
  LayerKind,
  LayerRole,
  Orientation,
  SkipReason,
} from "./layers/layer.ts";
export { type LayerOptions, layersOf } from "./layers/layers-of.ts";
export { asMatrix, type Matrix, type MatrixLike } from "./linalg/matrix.ts";
export { type RandomStream, randomStream, type StreamPosition } from "./linalg/random.ts";
export { measuredValue } from "./measure/average.ts";
export { groups as measurementGroups, measurementQuantities } from "./measure/groups.ts";
export { type MeasureOptions, measure } from "./measure/measure.ts";
export { type MeasureEveryOptions, measureEvery } from "./measure/measure-every.ts";
export type { Quantity } from "./measure/quantity.ts";
export {
  type MeasuredCheckpoint,
  type MeasuredLayer,
  type MeasurementResult,
  measurementResultSchema,
} from "./measure/result.ts";
export { metricCatalogue } from "./metrics/catalogue.ts";
export type { Measurement, Metric } from "./metrics/metric.ts";
export { type Anisotropy, anisotropy } from "./noise/anisotropy.ts";
export { effectiveSteps } from "./noise/effective-steps.ts";
export { gradientNoise, type NoiseOptions } from "./noise/noise.ts";
export { type NoiseResult, noiseResultSchema } from "./noise/result.ts";
export { renderCsv } from "./report/csv.ts";
export { renderMarkdown } from "./report/markdown.ts";
export { renderReport } from "./report/page/render-page.ts";
export { accurateSingularValues } from "./spectrum/accurate.ts";
export { computeSpectrum, type SpectrumOptions } from "./spectrum/compute-spectrum.ts";
export {
  type ConvolutionOperatorSpectrum,
  convolutionOperatorSpectrum,
  type KernelShape,
} from "./spectrum/convolution-operator.ts";
export { type GpuEngineOptions, gpuEngine } from "./spectrum/gpu-engine.ts";
export {
  estimateSpectrum,
  type SpectralEstimate,
  type SpectralEstimateOptions,
} from "./spectrum/lanczos-quadrature.ts";
export { nativeEngine } from "./spectrum/native-engine.ts";
export { productSpectrum } from "./spectrum/product-spectrum.ts";
export type { RowBlocks } from "./spectrum/row-blocks.ts";
export {
  type ExtremeVectorsOptions,
  extremeSingularVectors,
  type SingularTriplet,
  type ThinSvd,
  thinSvd,
} from "./spectrum/singular-vectors.ts";
export { eigenvalues, type Spectrum } from "./spectrum/spectrum.ts";
export type { SingularValues, SpectrumEngine } from "./spectrum/spectrum-engine.ts";
export type { SpectrumMethod } from "./spectrum/spectrum-method.ts";
export { typedArrayEngine } from "./spectrum/typed-array-engine.ts";
export { fastestEngine, wasmEngine } from "./spectrum/wasm-engine.ts";
export { composeRecipe } from "./train/compose-recipe.ts";
export type { LiveModel, TrainObserver, TrainProgress } from "./train/observer.ts";
export type { Recipe, RecipeInput } from "./train/recipe.ts";
export type { RunSummary } from "./train/run.ts";
export { type TrainOptions, train } from "./train/train.ts";
export { followSpikes, type SpikeFollower, spikeFollower } from "./trajectories/follow-spikes.ts";
export { halfway, type OnsetOptions, onset, onsetOf } from "./trajectories/onset.ts";
export type { LayerMoment, VectorPair } from "./trajectories/spike-snapshot.ts";
export { type TrajectoryOptions, trajectoryOf } from "./trajectories/trajectory-of.ts";
