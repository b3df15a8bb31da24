import type { ByteSource } from "./byte-source.ts";
import { asciiHead } from "./format.ts";

/** A format that is recognised so as to say what it is, and not read. */
export interface ForeignFormat {
  readonly title: string;
  /** Names that such files have in a model folder. */
  readonly names: RegExp;
  /** Whether the content is of this format; by the first bytes. */
  sniff(head: Uint8Array, source: ByteSource): boolean;
  /** What to do. */
  readonly advice: string;
}

const never = () => false;

const toSafetensors = "Convert it to safetensors.";

/** The first that fits answers, so narrow ones come before wide ones. */
export const foreignFormats: readonly ForeignFormat[] = [
  {
    title: "DeepSpeed ZeRO shards",
    names: /(_optim_states\.pt|^mp_rank_\d+.*_model_states\.pt|^(bf16_|fp16_)?zero_pp_rank_\d+.*\.pt)$/,
    sniff: (_, source) => /(_optim_states|_model_states)\.pt$/.test(source.name),
    advice:
      "Convert them first: `python zero_to_fp32.py . pytorch_model.bin` in the folder that has zero_to_fp32.py.",
  },
  {
    title: "torch.distributed checkpoint (.distcp)",
    names: /\.distcp$/,
    sniff: (_, source) => source.name.endsWith(".distcp"),
    advice:
      "Convert it first: `python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pt`.",
  },
  {
    title: "a Python pickle that is no PyTorch file",
    names: /\.(pkl|pickle|joblib)$/,
    sniff: (head) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
    advice: "Pickles may run anything where they are loaded: save the arrays with numpy.savez.",
  },
  {
    title: "TensorFlow checkpoint or SavedModel",
    names: /(\.data-\d+-of-\d+|^(saved_)?model\.pb|\.tflite)$/,
    sniff: (head) => asciiHead(head.subarray(4), 4) === "TFL3",
    advice: toSafetensors,
  },
  { title: "zip archive without arrays", names: /\.zip$/, sniff: isZip, advice: "Unpack it first." },
  {
    title: "tensors of another library",
    names: /\.(ot|pdparams|params|mar|mlmodel)$/,
    sniff: never,
    advice: toSafetensors,
  },
];

function isZip(head: Uint8Array): boolean {
  return ["PK\x03\x04", "PK\x05\x06"].includes(asciiHead(head, 4));
}
