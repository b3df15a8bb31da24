import { flax } from "./flax.ts";
import { flaxSharded } from "./flax-index.ts";
import type { CheckpointFormat } from "./format.ts";
import { gguf } from "./gguf.ts";
import { kerasH5 } from "./keras-h5.ts";
import { kerasSharded } from "./keras-index.ts";
import { kerasV3 } from "./keras-v3.ts";
import { npy } from "./npy.ts";
import { npz } from "./npz.ts";
import { onnx } from "./onnx.ts";
import { safetensors } from "./safetensors.ts";
import { safetensorsSharded } from "./safetensors-index.ts";
import { tfjsGraph, tfjsLayers, tfjsWeights } from "./tfjs.ts";
import { torchSharded } from "./torch-index.ts";
import { torchLegacy } from "./torch-legacy.ts";
import { torchTar } from "./torch-tar.ts";
import { torchScript, torchZip } from "./torch-zip.ts";

/**
 * The catalogue: every format that is read. The order is that of preference when a folder has the
 * same model in several.
 */
export const formats: readonly CheckpointFormat[] = [
  safetensorsSharded,
  safetensors,
  torchSharded,
  torchZip,
  torchScript,
  torchLegacy,
  torchTar,
  npz,
  npy,
  kerasV3,
  kerasSharded,
  kerasH5,
  flaxSharded,
  flax,
  onnx,
  gguf,
  tfjsLayers,
  tfjsGraph,
  tfjsWeights,
];
