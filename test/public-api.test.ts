import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as checkpoint from "../src/checkpoint/index.ts";
import * as library from "../src/index.ts";
import * as laws from "../src/laws/index.ts";
import * as train from "../src/train/index.ts";

test("the library exports these names, and no others", () => {
  expect(Object.keys(library).sort()).toMatchInlineSnapshot(`
    [
      "CheckpointFormatError",
      "ConvergenceError",
      "DatasetFormatError",
      "DivergenceError",
      "MarchenkoError",
      "NothingToAnalyzeError",
      "UnreadableInputError",
      "UsageError",
      "accurateSingularValues",
      "analysisResultSchema",
      "analyze",
      "analyzeEvery",
      "anisotropy",
      "asMatrix",
      "aspectRatioComparableAlpha",
      "cacheFiles",
      "cacheFolder",
      "compare",
      "comparisonResultSchema",
      "composeRecipe",
      "computeInWorkers",
      "computeSpectrum",
      "convolutionOperatorSpectrum",
      "drawNullSpectra",
      "effectiveSteps",
      "eigenvalues",
      "encodeSafetensors",
      "estimateSpectrum",
      "experimentResultSchema",
      "experiments",
      "extremeSingularVectors",
      "fastestEngine",
      "fitMarchenkoPastur",
      "fitPowerLaw",
      "followSpikes",
      "gate",
      "gateResultSchema",
      "gpuBackend",
      "gpuEngine",
      "gradientNoise",
      "halfway",
      "hardThreshold",
      "invertBbp",
      "ksNullPValue",
      "lawCatalogue",
      "layersOf",
      "localisation",
      "marchenkoPastur",
      "meanSquaresWithoutSpikes",
      "measure",
      "measureEvery",
      "measuredValue",
      "measurementGroups",
      "measurementQuantities",
      "measurementResultSchema",
      "medianHardThreshold",
      "mergeShards",
      "metricCatalogue",
      "metricValue",
      "modelsOf",
      "nativeEngine",
      "noiseResultSchema",
      "onset",
      "onsetOf",
      "openCheckpoint",
      "openCheckpointBlob",
      "openCheckpoints",
      "optimalShrinkage",
      "plantedOverlap",
      "productSpectrum",
      "randomStream",
      "renderCsv",
      "renderMarkdown",
      "renderReport",
      "runExperiment",
      "sameNoiseOverlap",
      "secondOpinions",
      "spacingRatio",
      "spikeFollower",
      "tensorOf",
      "thinSvd",
      "tracyWidom",
      "train",
      "trajectoryOf",
      "typedArrayEngine",
      "version",
      "wasmBackend",
      "wasmEngine",
      "weightwatcherDetails",
      "writeDenoised",
      "writeSafetensors",
    ]
  `);
});

test("the subpath marchenko/laws exports these", () => {
  expect(Object.keys(laws).sort()).toMatchInlineSnapshot(`
    [
      "exponential",
      "generalizedMarchenkoPastur",
      "lawCatalogue",
      "lognormal",
      "marchenkoPastur",
      "marchenkoPasturMoment",
      "porterThomas",
      "powerLaw",
      "productLaw",
      "quarterCircle",
      "semicircle",
      "separableLaw",
      "spacingRatioLaw",
      "tracyWidom",
      "truncatedPowerLaw",
      "wignerSurmise",
    ]
  `);
});

test("the subpath marchenko/checkpoint exports these", () => {
  expect(Object.keys(checkpoint).sort()).toMatchInlineSnapshot(`
    [
      "encodeSafetensors",
      "entryCount",
      "openCheckpoint",
      "openCheckpointBlob",
      "openCheckpoints",
      "tensorOf",
      "writeSafetensors",
    ]
  `);
});

test("the subpath marchenko/train exports these", () => {
  expect(Object.keys(train).sort()).toMatchInlineSnapshot(`
    [
      "DeviceLostError",
      "checkRecipe",
      "composeRecipe",
      "datasetCatalogue",
      "gpuBackend",
      "loadDataset",
      "parseRecipe",
      "prepareRecipe",
      "presets",
      "presetsByName",
      "recipeSchema",
      "referenceBackend",
      "runRecipe",
      "runThroughLoss",
      "train",
      "wasmBackend",
    ]
  `);
});

test("the version is that of package.json", () => {
  expect(library.version).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
});
