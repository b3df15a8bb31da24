import { CheckpointFormatError } from "../errors.ts";
import { readHead } from "./folder.ts";
import { shardedFormat } from "./sharded-format.ts";
import { openTorchLegacy, torchLegacy } from "./torch-legacy.ts";
import { openTorchZip, torchZip } from "./torch-zip.ts";

const shardFormats = [
  { sniff: torchZip.sniff, open: openTorchZip },
  { sniff: torchLegacy.sniff, open: openTorchLegacy },
];

/** A model of PyTorch in several files, by an index (`pytorch_model.bin.index.json`) or by names that count themselves. */
export const torchSharded = shardedFormat({
  id: "pytorch-sharded",
  title: "PyTorch in shards",
  ending: ".bin",
  mainStems: ["pytorch_model", "model", "diffusion_pytorch_model"],
  async openShard(source) {
    const head = await readHead(source);
    const format = shardFormats.find(({ sniff }) => sniff(head, source));
    if (format) return format.open(source);
    throw new CheckpointFormatError(
      `${source.label}: expected a file of PyTorch, as the index says, got another kind of file. Download it again.`,
    );
  },
});
