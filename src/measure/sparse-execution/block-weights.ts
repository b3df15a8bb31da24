import type { MlpWeights } from "../../backends/wasm/mlp-execution.ts";
import type { MlpBlock } from "../../models/model.ts";
import type { Activation } from "../../sparsity/activations/activation.ts";
import type { MeasuredPart } from "../measured-part.ts";

/**
 * A block's weights, to be executed apart from its model: what they give for the tap `input` is the tap `output`, less a
 * zeroth bias that is placed there.
 *
 * @param activation - as the model has it.
 * @returns the weights, or why the block is none that can be executed so.
 */
export async function blockWeights(
  { backend, state, traced }: Pick<MeasuredPart, "backend" | "state" | "traced">,
  block: MlpBlock,
  { apply }: Pick<Activation, "apply">,
): Promise<MlpWeights | string> {
  if (block.value === null) return "the block has no value matrix";
  if (block.gate !== null) return "activations of a gated block are multiplied before its value matrix";
  const read = (name: string) => backend.read(state.get(name)!);
  const matrix = async (name: string, layout: MlpBlock["keyLayout"] = "out-in") => {
    const [first, second] = traced.parameters.get(name)!.spec.shape as [number, number];
    const [outputs, inputs] = layout === "out-in" ? [first, second] : [second, first];
    return { inputs, outputs, entries: await read(name), layout };
  };
  return {
    key: await matrix(block.key, block.keyLayout),
    keyBias: block.keyBias ? await read(block.keyBias) : null,
    activate: apply,
    value: await matrix(block.value, block.valueLayout),
    valueBias: block.valueBias ? await read(block.valueBias) : null,
  };
}
