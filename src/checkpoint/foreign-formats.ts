import type { ByteSource } from "./byte-source.ts";
import { asciiHead } from "./format.ts";

/** A format that is recognised so as to say what it is, and not read. */
export interface ForeignFormat {
  readonly title: string;
  /** Names that such files have in a model folder. */
  readonly names: RegExp;
  /** Names of subfolders of a model in this format, where they say so. */
  readonly folders?: RegExp;
  /** True where other files of its folder are parts of it: it counts before all but a model that a library named. */
  readonly ownsFolder?: true;
  /** True where a file of it, named by itself, is read as what its content is. */
  readonly readAlone?: true;
  /** Whether the content is of this format; by the first bytes. */
  sniff(head: Uint8Array, source: ByteSource): boolean;
  /** What to do. */
  readonly advice: string;
}

const never = () => false;

const toSafetensors = "Convert it to safetensors.";

/** Writes the variables of a TensorFlow checkpoint as an .npz; its prefix is what stands before `.index`. */
const variablesToNpz = (prefix: string) =>
  `\`python -c "import numpy, tensorflow as tf; r = tf.train.load_checkpoint('${prefix}'); ` +
  "numpy.savez('model.npz', **{n: r.get_tensor(n) for n, t in r.get_variable_to_dtype_map().items() if t != tf.string})\"`";

/** The first that fits answers, so narrow ones come before wide ones. */
export const foreignFormats: readonly ForeignFormat[] = [
  {
    title: "DeepSpeed ZeRO shards",
    names: /(_optim_states\.pt|_model_states\.pt|^layer_\d+-model_.*states\.pt)$/,
    ownsFolder: true,
    sniff: (_, source) => /(_optim_states|[-_]model_states)\.pt$/.test(source.name),
    advice:
      "Convert them first: `python zero_to_fp32.py . pytorch_model.bin` in the folder that has zero_to_fp32.py.",
  },
  {
    title: "torch.distributed checkpoint (.distcp)",
    names: /\.distcp$/,
    ownsFolder: true,
    sniff: (_, source) => source.name.endsWith(".distcp"),
    advice:
      "Convert it first: `python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pt`.",
  },
  {
    title: "Megatron-LM checkpoint, a file a rank",
    names: /^(model_optim_rng|model_rng|distrib_optim)\.pt$/,
    folders: /^mp_rank_\d+(_\d+)*$/,
    ownsFolder: true,
    readAlone: true,
    sniff: never,
    advice:
      "Join its parts first, in Megatron-LM: `python tools/checkpoint/convert.py --model-type GPT --loader mcore --saver mcore " +
      "--target-tensor-parallel-size 1 --target-pipeline-parallel-size 1 --load-dir FOLDER --save-dir OUT`. " +
      "A file that holds a whole model, or one part of it, is read when it is named itself.",
  },
  {
    title: "Orbax checkpoint (TensorStore)",
    names: /^(_METADATA|_CHECKPOINT_METADATA|manifest\.ocdbt)$/,
    folders: /^(ocdbt\.process_\d+|(target|state)\.[a-z][\w.]*)$/,
    ownsFolder: true,
    sniff: never,
    advice:
      'Convert it first, where JAX is, from the folder that has _METADATA: `python -c "import jax, numpy, orbax.checkpoint as o; ' +
      "t = o.PyTreeCheckpointer().restore('/FULL/PATH'); numpy.savez('model.npz', **{jax.tree_util.keystr(p, simple=True, separator='.'): " +
      "numpy.asarray(v, 'float32') for p, v in jax.tree_util.tree_leaves_with_path(t)})\"`.",
  },
  {
    title: "a Python pickle that is no PyTorch file",
    names: /\.(pkl|pickle|joblib)$/,
    sniff: (head) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
    advice: "Pickles may run anything where they are loaded: save the arrays with numpy.savez.",
  },
  {
    title: "TensorFlow SavedModel",
    names: /^saved_model\.pb(txt)?$/,
    sniff: (_, source) => source.name === "saved_model.pb",
    advice: `Convert its variables first: ${variablesToNpz("FOLDER/variables/variables")}.`,
  },
  {
    title: "TensorFlow checkpoint (.index and .data)",
    names: /(\.data-\d+-of-\d+|^[^.].*(?<!\.json|\.bin|\.safetensors)\.index)$/,
    sniff: (_, source) => /\.data-\d+-of-\d+$|\.index$/.test(source.name),
    advice: `Convert it first: ${variablesToNpz("FOLDER/NAME")}, where NAME is what stands before .index.`,
  },
  {
    title: "TensorFlow Lite model",
    names: /\.tflite$/,
    sniff: (head) => asciiHead(head.subarray(4), 4) === "TFL3",
    advice: "Convert it first: `python -m tf2onnx.convert --tflite model.tflite --output model.onnx`.",
  },
  {
    title: "TensorFlow graph (.pb)",
    names: /\.pb$/,
    sniff: (_, source) => source.name.endsWith(".pb"),
    advice:
      "Convert it first, with its inputs and outputs: `python -m tf2onnx.convert --graphdef model.pb --inputs X:0 --outputs Y:0 --output model.onnx`.",
  },
  { title: "zip archive without arrays", names: /\.zip$/, sniff: isZip, advice: "Unpack it first." },
  {
    title: "tensors of another library",
    names: /\.(ot|pdparams|params|mar|mlmodel)$/,
    sniff: never,
    advice: toSafetensors,
  },
];

/** The format that is not read and whose names this one has. */
export function foreignFormatOf(name: string): ForeignFormat | undefined {
  return foreignFormats.find(({ names }) => names.test(name));
}

function isZip(head: Uint8Array): boolean {
  return ["PK\x03\x04", "PK\x05\x06"].includes(asciiHead(head, 4));
}
