import type { AxisMeaning } from "./tensor-use.ts";

/** Tables whose rows are tokens, places or kinds of them. */
const TABLE = /(^|\.)(token_embd|per_layer_token_embd|position_embd|token_types)\.weight$/;
/** All experts of a mixture in one tensor. */
const EXPERTS = /_exps(\.weight)?$/;
/** Mamba's convolution in time: a filter a channel. */
const CHANNELWISE = /(^|\.)ssm_conv1d\.weight$/;

/**
 * The axes of a weight of llama.cpp, whose matrices all have a row an output.
 *
 * @param shape - in row-major order: the file has it the other way round.
 * @returns null for vectors, and for what has more axes than any matrix of it.
 * @source llama.cpp, src/llama-arch.cpp (names) and gguf-py/gguf/constants.py; ggml_mul_mat in ggml.h (rows are outputs).
 */
export function ggufAxes(name: string, shape: readonly number[]): readonly AxisMeaning[] | null {
  if (shape.length === 2) {
    if (TABLE.test(name)) return ["token", "feature"];
    return CHANNELWISE.test(name) ? ["group", "space"] : ["out", "in"];
  }
  if (shape.length === 3 && EXPERTS.test(name)) return ["stack", "out", "in"];
  return shape.length === 4 ? ["out", "in", "space", "space"] : null;
}
