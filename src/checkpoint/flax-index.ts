import { flax } from "./flax.ts";
import { shardedFormat } from "./sharded-format.ts";

/** A model of Flax in several files, as Hugging Face's libraries write it. */
export const flaxSharded = shardedFormat({
  id: "flax-sharded",
  title: "Flax in shards",
  ending: ".msgpack",
  mainStems: ["flax_model"],
  openShard: (source) => flax.open(source, { files: [source.name], open: async () => null }),
});
