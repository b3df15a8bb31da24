/** Subpath `marchenko/train`. */
export { type Backend, DeviceLostError } from "../backends/backend.ts";
export type { AdapterFacts } from "../backends/gpu/adapter-facts.ts";
export { type GpuBackend, type GpuBackendOptions, gpuBackend } from "../backends/gpu/gpu-backend.ts";
export { referenceBackend } from "../backends/reference.ts";
export { type WasmBackendOptions, wasmBackend } from "../backends/wasm/wasm-backend.ts";
export { datasetCatalogue, loadDataset } from "../datasets/catalogue.ts";
export type { AnyDataset, Dataset, ImageSet, TokenSet } from "../datasets/dataset.ts";
export { composeRecipe, type RecipeSources } from "./compose-recipe.ts";
export type { Activity } from "./meters.ts";
export type { MetricsLine } from "./metrics-log.ts";
export type { LiveModel, TapEntries, TrainObserver, TrainProgress } from "./observer.ts";
export { checkRecipe, type PreparedRecipe, prepareRecipe } from "./prepare-recipe.ts";
export { presets, presetsByName } from "./presets/catalogue.ts";
export { parseRecipe, type Recipe, type RecipeInput, recipeSchema } from "./recipe.ts";
export { type RunOptions, type RunSummary, run as runRecipe } from "./run.ts";
export { type LossyRunOptions, runThroughLoss } from "./run-through-loss.ts";
export { type TrainOptions, train } from "./train.ts";
