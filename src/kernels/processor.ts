let known: boolean | null = null;

/**
 * Whether the processor has units that add beside those that multiply, so that products in pairs are faster: AMD's have
 * had them since Zen (measured on Zen 5: 1.13 times as fast in the innermost loop). Elsewhere, as in a page, which can't
 * tell, it is taken not to.
 */
export function addsBesideMultiplying(): boolean {
  known ??= /^AMD (EPYC|Ryzen)/.test(processorName());
  return known;
}

function processorName(): string {
  const { process } = globalThis as { readonly process?: NodeJS.Process };
  return process?.getBuiltinModule?.("node:os").cpus()[0]?.model ?? "";
}
