/** What layers are aligned by. */
export interface NamedShape {
  readonly layer: string;
  readonly shape: readonly number[];
}

/**
 * Which layer of B is which of A: that of the same name; else, where wrappers have put something before all names
 * (`module.`, `model.`), the only one of the same shape whose name ends as the other's whole name.
 *
 * @returns names in B by names in A; those without a partner are left out.
 */
export function alignNames(a: readonly NamedShape[], b: readonly NamedShape[]): Map<string, string> {
  const namesOfB = new Set(b.map(({ layer }) => layer));
  const aligned = new Map(a.flatMap(({ layer }) => (namesOfB.has(layer) ? [[layer, layer] as const] : [])));
  const restOfA = a.filter(({ layer }) => !aligned.has(layer));
  const restOfB = b.filter(({ layer }) => !aligned.has(layer));
  const longer = wholeNameOf(restOfA, restOfB);
  const shorter = wholeNameOf(restOfB, restOfA);
  const partners = new Map<string, Set<string>>();
  const add = (one: string, other: string) => partners.set(one, (partners.get(one) ?? new Set()).add(other));
  for (const [inA, inB] of [...longer, ...shorter.map(([inB, inA]) => [inA, inB] as const)]) {
    add(`a ${inA}`, inB);
    add(`b ${inB}`, inA);
  }
  for (const { layer } of restOfA) {
    const [partner, ...others] = partners.get(`a ${layer}`) ?? [];
    if (partner === undefined || others.length > 0 || partners.get(`b ${partner}`)!.size > 1) continue;
    aligned.set(layer, partner);
  }
  return aligned;
}

/** Pairs of one name and a longer one that ends with it, after a dot or a slash, of layers of one shape. */
function wholeNameOf(
  ones: readonly NamedShape[],
  others: readonly NamedShape[],
): (readonly [string, string])[] {
  const bySuffix = new Map<string, string[]>();
  for (const { layer, shape } of others) {
    for (const { index } of layer.matchAll(/[./]/g)) {
      const key = JSON.stringify([layer.slice(index + 1), shape]);
      const own = bySuffix.get(key);
      if (own) own.push(layer);
      else bySuffix.set(key, [layer]);
    }
  }
  return ones.flatMap(({ layer, shape }) =>
    (bySuffix.get(JSON.stringify([layer, shape])) ?? []).map((other) => [layer, other] as const),
  );
}
