import { shapeText, sizeOf } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

export const correctOp: Op<null> = {
  name: "correct",
  shape([logits, labels]) {
    if (logits!.length !== 2 || labels!.length !== 1 || logits![0] !== labels![0]) {
      throw new RangeError(`logits ${shapeText(logits!)} and labels ${shapeText(labels!)} don't fit`);
    }
    return labels!;
  },
  backward: () => [null, null],
  evaluate([logits, labels], { inputs }) {
    const classes = sizeOf(inputs[0]!.shape.slice(1));
    return labels!.map((label, i) => {
      const row = logits!.subarray(i * classes, (i + 1) * classes);
      const first = row.reduce((best, each, c) => (each > row[best]! ? c : best), 0);
      return first === label ? 1 : 0;
    });
  },
  trials: [{ shapes: [[6, 4], [6]], attributes: null, entries: [null, (_, place) => (place % 5) - 1] }],
};

/** 1 for each row whose largest logit (the first of equals) is that of its label, else 0; no gradient flows. */
export function correct(logits: Value, labels: Value): Value {
  return apply(correctOp, [logits, labels], null);
}
