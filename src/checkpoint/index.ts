/** Reading and writing checkpoints: files in, named tensors out. */
export type { Checkpoint, LeftOutFile } from "./checkpoint.ts";
export type { CheckpointSeries } from "./choose-series.ts";
export type { WritableDtype } from "./encode.ts";
export type { NamedBlob } from "./folder.ts";
export type { ModelConfig } from "./model-config.ts";
export { openCheckpoint, openCheckpointBlob } from "./open-checkpoint.ts";
export type { OpenOptions } from "./place.ts";
export type { RemoteOptions } from "./remote/options.ts";
export { encodeSafetensors, type WritableTensor, writeSafetensors } from "./safetensors-writer.ts";
export { type OpenedCheckpoints, openCheckpoints } from "./series.ts";
export {
  type Dtype,
  entryCount,
  type PlainDtype,
  type Tensor,
  type TensorSource,
  tensorOf,
} from "./tensor.ts";
export type { AxisMeaning, TensorUse } from "./tensor-use.ts";
