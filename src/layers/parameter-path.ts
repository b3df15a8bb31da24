/** A tensor's name taken apart: which module it belongs to, and which parameter of it it is. */
export interface ParameterPath {
  /** The name with slashes as dots and without `:0`; as long as the part of the name that it covers. */
  readonly dotted: string;
  /** Segments of the path that naming tables match: a self-explanatory parameter name stays in it. */
  readonly path: readonly string[];
  /** The module's name as the file spells it; the whole name when there is no module. */
  readonly module: string;
  /** The parameter's own name, lower case: `weight`, `kernel`, `bias`, `vars.1`; "" when none is told. */
  readonly parameter: string;
  /** Whether the parameter's name says that outputs are the last axis (Keras, TensorFlow, Flax). */
  readonly outputsLast: boolean;
}

/** Names that say only "the matrix of this module": tables match what comes before. */
const PLAIN_PARAMETER =
  /\.(parametrizations\.weight\.original1|vars\.\d+|w_\d+|filters|weight|weights|weight_v|weight_orig|kernel|embeddings?|w|W)$/;

/** Names that say more: they stay in the path, and are still no part of the module's name. */
const TELLING_PARAMETER =
  /\.(\w*_weight|weight_[a-z]+(_l\d+(_reverse)?)?|\w+_kernel|(depthwise|pointwise)_filter|b_\d+|\w*bias\w*|running_\w+|moving_\w+|num_batches_tracked|gamma|beta|scale|parametrizations\.weight\.original0)$/;

/** What adapters and wrappers put between a module's name and its parameter. */
const ADAPTER =
  /\.(base_layer|lora_[ABab](\.\w+)?|lora_embedding_[AB](\.\w+)?|lora_(down|up)|lora\.(down|up)|lora_linear_layer\.(down|up)|modules_to_save\.\w+|original_module)$/;

const OUTPUTS_LAST = /(^|\.)(kernel|\w+_kernel|weights|filters|(depthwise|pointwise)_filter|vars\.0)$/;

/**
 * Takes a tensor's name apart.
 *
 * @param name - any string, by any framework's convention.
 * @returns its path, module and parameter.
 */
export function parameterPath(name: string): ParameterPath {
  const dotted = name.replace(/:\d+$/, "").replaceAll("/", ".");
  const plain = PLAIN_PARAMETER.exec(dotted);
  const telling = plain ?? TELLING_PARAMETER.exec(dotted);
  const stem = dotted.slice(0, plain?.index ?? dotted.length).replace(ADAPTER, "");
  const module = dotted.slice(0, telling?.index ?? dotted.length).replace(ADAPTER, "");
  return {
    dotted,
    path: stem.split("."),
    module: name.slice(0, module.length),
    parameter: (telling?.[1] ?? dotted.slice(dotted.lastIndexOf(".") + 1)).toLowerCase(),
    outputsLast: OUTPUTS_LAST.test(dotted),
  };
}
