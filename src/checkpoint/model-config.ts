import { MarchenkoError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { CONFIG_BYTES } from "./limits.ts";

/** A model's own configuration: any JSON object, parsed and not believed. */
export type ModelConfig = Readonly<Record<string, unknown>>;

type Opener = (name: string) => Promise<ByteSource | null>;

/** Where libraries write it: of a model, and of an adapter to one, whose word counts more. */
const NAMES = ["config.json", "adapter_config.json"];

/**
 * What the configuration beside a checkpoint's files says; it only helps to tell matrices apart.
 *
 * @param open - of the checkpoint's folder.
 * @returns null where there is none, or nothing but what is no JSON object or longer than one is.
 */
export async function readModelConfig(open: Opener): Promise<ModelConfig | null> {
  const found: ModelConfig[] = [];
  for (const name of NAMES) {
    const config = await readObject(open, name);
    if (config) found.push(config);
  }
  return found.length === 0 ? null : Object.assign(Object.create(null), ...found);
}

async function readObject(open: Opener, name: string): Promise<ModelConfig | null> {
  try {
    const source = await open(name);
    if (!source) return null;
    try {
      if (source.size > CONFIG_BYTES) return null;
      const parsed: unknown = JSON.parse(new TextDecoder().decode(await source.read(0, source.size)));
      const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
      return isObject ? (parsed as ModelConfig) : null;
    } finally {
      await source.close();
    }
  } catch (error) {
    // Weights are read without it as well as with it.
    if (error instanceof MarchenkoError || error instanceof SyntaxError) return null;
    throw error;
  }
}
