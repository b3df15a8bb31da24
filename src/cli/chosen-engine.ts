import { engineById } from "../spectrum/engines.ts";
import type { SpectrumEngine } from "../spectrum/spectrum-engine.ts";
import { goOnRelayed } from "./relay.ts";

/**
 * The engine that `--engine` names, ready: what it lacks is said before there is a matrix.
 *
 * @returns undefined where none is named.
 * @throws {UsageError} If it lacks something; {RelayedError} If it wants a process of its own, when that has ended.
 */
export async function chosenEngine(flags: {
  readonly engine?: string;
  readonly verbose?: boolean;
}): Promise<SpectrumEngine | undefined> {
  if (flags.engine === undefined) return undefined;
  const engine = engineById(flags.engine);
  if (engine.talks) await goOnRelayed(flags.verbose ?? false);
  await engine.prepare?.();
  return engine;
}
