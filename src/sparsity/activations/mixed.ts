import { z } from "zod";
import { add } from "../../autodiff/ops/add.ts";
import { linear } from "../../autodiff/ops/linear.ts";
import type { Value } from "../../autodiff/value.ts";
import { activationEntry, activationSpec, intersect } from "./activation.ts";

/** A sum with fixed weights; for weights that follow the step see `activation-mixing.ts`. */
export const mixedEntry = activationEntry({
  name: "mixed",
  formula: "sum_i weight_i part_i(x)",
  options: z.strictObject({
    parts: z
      .array(z.strictObject({ activation: activationSpec, weight: z.number() }))
      .min(1)
      .max(16)
      .refine((parts) => parts.some(({ weight }) => weight !== 0), "needs a weight that isn't 0"),
  }),
  create({ parts }, resolve) {
    const used = parts
      .filter(({ weight }) => weight !== 0)
      .map(({ activation, weight }) => ({ weight, part: resolve(activation) }));
    const total = (of: (each: (typeof used)[number]) => Value) => used.map(of).reduce(add);
    const habitats = used.map(({ part }) => part.habitat);
    return {
      name: "mixed",
      oneSided: used.every(({ part, weight }) => part.oneSided && weight > 0),
      habitat: {
        x: habitats.map(({ x }) => x).reduce(intersect),
        y: habitats.map(({ y }) => y).reduce(intersect),
      },
      apply: (x) => total(({ part, weight }) => linear(part.apply(x), weight)),
      derivative: (x) => total(({ part, weight }) => linear(part.derivative(x), weight)),
    };
  },
});
