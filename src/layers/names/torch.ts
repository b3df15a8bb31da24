import { torchGates } from "../fused/gates.ts";
import { queryKeyValue } from "../fused/query-key-value.ts";
import type { NamingFamily } from "./naming-family.ts";

/**
 * Modules of `torch.nn`: MultiheadAttention, Transformer, LSTM, GRU, RNN and their cells. Here the
 * parameter's own name tells, so that these rows end in it.
 */
export const torch: NamingFamily = {
  name: "torch",
  blocks: ["layers.#"],
  rows: [
    ["in_proj_weight", "attention", "query-key-value", { fused: queryKeyValue }],
    ["q_proj_weight", "attention", "query"],
    ["k_proj_weight", "attention", "key"],
    ["v_proj_weight", "attention", "value"],
    ["out_proj", "attention", "attention-out"],
    ["layers.#.linear1", "dense", "mlp-in"],
    ["layers.#.linear2", "dense", "mlp-out"],
    ["weight_ih", "recurrent", "input-hidden", { fused: torchGates }],
    ["weight_ih_l#", "recurrent", "input-hidden", { fused: torchGates }],
    ["weight_ih_l#_reverse", "recurrent", "input-hidden", { fused: torchGates }],
    ["weight_hh", "recurrent", "hidden-hidden", { fused: torchGates }],
    ["weight_hh_l#", "recurrent", "hidden-hidden", { fused: torchGates }],
    ["weight_hh_l#_reverse", "recurrent", "hidden-hidden", { fused: torchGates }],
    ["weight_hr_l#", "recurrent", null],
    ["weight_hr_l#_reverse", "recurrent", null],
  ],
};
