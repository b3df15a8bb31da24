import type { LayerKind, LayerRole } from "./layer.ts";
import type { ParameterPath } from "./parameter-path.ts";

/** Why a tensor is no weight matrix, whatever its shape. */
export interface NonMatrix {
  readonly kind: LayerKind;
  readonly role: LayerRole | null;
  readonly detail: string;
}

interface NonMatrixRow extends NonMatrix {
  readonly name: RegExp;
  /** What `name` is matched against: the parameter's own name, by default the module's last segment too. */
  readonly of?: "parameter" | "whole name";
  /** The number of axes that it needs to have, where the name alone would say something else. */
  readonly axes?: number;
}

/** First match wins. Tables of positions look like matrices, but their rows are places, not inputs. */
const NON_MATRICES: readonly NonMatrixRow[] = [
  {
    name: /^(\w*_)?(pos|position|positional)_?(embed|embedding|embeddings|emb|embd|encoding|encodings|ids)(_table|_\d+)?$|^wpe$|^embed_positions$/i,
    kind: "embedding",
    role: "position-embedding",
    detail: "A table of positions: its rows are places, not inputs.",
  },
  {
    name: /^(relative_attention_bias|relative_position_bias_table|relative_position_index|rel_pos_[hw]|rel_pos_bias)$/,
    kind: "embedding",
    role: "position-embedding",
    detail: "A table of relative positions: its rows are distances, not inputs.",
  },
  {
    name: /^(inv_freq|rotary_emb|rotary_pos_emb|freqs|freqs_cis|cos_cached|sin_cached|rope_freqs)$/,
    kind: "other",
    role: null,
    detail: "Frequencies of rotary positions: computed, not learned.",
  },
  {
    name: /^(cls|class|mask|dist|distillation|reg|register|sep)_?(token|tokens|embedding)$/,
    of: "parameter",
    kind: "embedding",
    role: null,
    detail: "A learned token: a vector, not a matrix.",
  },
  {
    name: /^(masked_bias|causal_mask|attn_mask|attention_mask|triangular_mask|mask)$/,
    of: "parameter",
    kind: "other",
    role: null,
    detail: "An attention mask: a constant, not a weight.",
  },
  {
    name: /^bias$/,
    of: "parameter",
    axes: 4,
    kind: "other",
    role: null,
    detail: "A causal mask by its shape: a constant, not a weight.",
  },
  {
    name: /^(weight_scale|weight_scale_inv|input_scale|scales|qzeros|zero_points?|absmax|quant_map|g_idx)$/,
    of: "parameter",
    kind: "other",
    role: null,
    detail: "Scales of a quantised weight, not a weight.",
  },
  {
    name: /^(weight_g|parametrizations\.weight\.original0)$/,
    of: "parameter",
    kind: "norm",
    role: null,
    detail: "The row norms of a weight that is stored as norm and direction.",
  },
  {
    name: /^(\w*norm(alization)?(?!\w*(proj|linear|dense|conv|fc))\w*|(\w+_)?(ln|bn)(_?\d+|_[a-z]+)?)$/i,
    kind: "norm",
    role: null,
    detail: "Gains, offsets or statistics of a normalisation.",
  },
  {
    name: /(^|\.)batch_stats\./,
    of: "whole name",
    kind: "norm",
    role: null,
    detail: "Statistics of a normalisation.",
  },
  {
    name: /^(running_(mean|var)|moving_(mean|variance)|num_batches_tracked|gamma|beta)$/,
    of: "parameter",
    kind: "norm",
    role: null,
    detail: "Gains, offsets or statistics of a normalisation.",
  },
  {
    name: /^zeroth_bias$/,
    of: "parameter",
    kind: "bias",
    role: null,
    detail: "Zeroth biases: added at an MLP block's input or output, one a token and channel.",
  },
  {
    name: /^(\w*_)?bias(es)?(_\w+)?$/,
    of: "parameter",
    kind: "bias",
    role: null,
    detail: "A bias.",
  },
];

/**
 * Recognises tensors that are no weight matrix by their name.
 *
 * @param path - the name, taken apart.
 * @param axes - number of axes.
 * @returns why, or null when the name does not rule a matrix out.
 */
export function nonMatrixByName(path: ParameterPath, axes: number): NonMatrix | null {
  const moduleEnd = path.module.slice(
    Math.max(path.module.lastIndexOf("."), path.module.lastIndexOf("/")) + 1,
  );
  const isNamed = ({ name, of }: NonMatrixRow) =>
    of === "whole name"
      ? name.test(path.dotted)
      : name.test(path.parameter) || (of === undefined && name.test(moduleEnd));
  return NON_MATRICES.find((row) => (row.axes ?? axes) === axes && isNamed(row)) ?? null;
}

/**
 * What a tensor with fewer than two axes is.
 *
 * @param path - the name, taken apart, that {@link nonMatrixByName} did not recognise.
 * @param axes - 0 or 1.
 */
export function vectorByName(path: ParameterPath, axes: number): NonMatrix {
  if (axes === 0) return { kind: "other", role: null, detail: "A single number." };
  // A vector of weights without a matrix's name multiplies channel by channel, as a norm's gain does
  // (`downsample.1.weight`); Keras numbers a layer's parameters, the kernel first.
  const isGain = /^(weight|scale)$/.test(path.parameter) && !/prelu\d*$/i.test(path.module);
  if (isGain) return { kind: "norm", role: null, detail: "A vector of gains." };
  if (/^(vars\.\d+|b_?\d*)$/.test(path.parameter)) return { kind: "bias", role: null, detail: "A vector." };
  return { kind: "other", role: null, detail: "A vector." };
}
