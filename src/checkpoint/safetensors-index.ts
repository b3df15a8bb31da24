import { openSafetensorsFile } from "./safetensors.ts";
import { shardedFormat } from "./sharded-format.ts";

/** A model in several safetensors files, by an index or by names that count themselves. */
export const safetensorsSharded = shardedFormat({
  id: "safetensors-sharded",
  title: "safetensors in shards",
  ending: ".safetensors",
  mainStems: ["model", "diffusion_pytorch_model", "adapter_model"],
  openShard: openSafetensorsFile,
});
