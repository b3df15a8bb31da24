import type { ModelConfig } from "../checkpoint/model-config.ts";

/** Heads of an attention layer, by a model's own configuration. */
export interface HeadCounts {
  /** H, heads of queries. */
  readonly heads: number;
  /** K, heads of keys and values, shared by H / K heads of queries each. */
  readonly keyValueHeads: number;
  /** d, size of a head. */
  readonly size: number;
}

/** Parts of a configuration in each other that are looked at: a tower, and its attention. */
const DEEPEST = 3;
/** Parts looked at in all. */
const MOST_PARTS = 64;

const HEADS = ["num_attention_heads", "n_head", "num_heads", "n_heads"];
const KEY_VALUE_HEADS = ["num_key_value_heads", "num_kv_heads", "kv_n_heads", "multi_query_group_num"];
const WIDTHS = ["hidden_size", "n_embd", "d_model", "embed_dim"];
const SIZES = ["head_dim", "kv_channels"];
const EXPERTS = ["num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"];

/**
 * The heads that a model's configuration speaks of: one entry a tower, the outermost first.
 *
 * What is no positive whole number counts as absent; without `head_dim` a head has hidden_size / H.
 *
 * @param config - of `config.json`, any JSON.
 */
export function headCounts(config: ModelConfig): HeadCounts[] {
  return partsOf(config).flatMap((part) => {
    const attention = isObject(part.attn_config) ? { ...part, ...part.attn_config } : part;
    const heads = numberOf(attention, HEADS);
    const width = numberOf(attention, WIDTHS);
    const size = numberOf(attention, SIZES) ?? (heads && width ? width / heads : null);
    if (!heads || !size || !Number.isInteger(size)) return [];
    // Falcon and GPT-BigCode: one key and value for all heads, whatever else is told.
    const isMultiQuery = part.multi_query === true && part.new_decoder_architecture !== true;
    return [
      { heads, keyValueHeads: isMultiQuery ? 1 : (numberOf(attention, KEY_VALUE_HEADS) ?? heads), size },
    ];
  });
}

/** The number of experts that a model's configuration speaks of; null where it speaks of none. */
export function expertCount(config: ModelConfig): number | null {
  for (const part of partsOf(config)) {
    const count = numberOf(part, EXPERTS);
    if (count) return count;
  }
  return null;
}

function partsOf(config: ModelConfig): ModelConfig[] {
  const parts: ModelConfig[] = [config];
  for (let level = 1, from = 0; level < DEEPEST; level++) {
    const to = parts.length;
    for (; from < to; from++) {
      for (const inner of Object.values(parts[from]!)) {
        if (isObject(inner) && parts.length < MOST_PARTS) parts.push(inner);
      }
    }
  }
  return parts;
}

function numberOf(part: ModelConfig, names: readonly string[]): number | null {
  for (const name of names) {
    const value = Object.hasOwn(part, name) ? part[name] : null;
    if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  }
  return null;
}

function isObject(value: unknown): value is ModelConfig {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
