import { constant } from "../leaves.ts";
import { shapeText } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";
import { sumTo } from "./broadcasting.ts";
import { multiply } from "./multiply.ts";
import { reshape } from "./reshape.ts";
import { eachRow, softmax, softmaxGradientOp, softmaxOf } from "./softmax.ts";

interface Smoothing {
  /** Share of the target that is spread over all classes, in [0, 1). */
  readonly smoothing: number;
}

function requireRows([logits, labels, ...rest]: readonly (readonly number[])[]): readonly number[] {
  for (const rows of [labels!, ...rest]) {
    if (logits!.length !== 2 || rows.length !== 1 || rows[0] !== logits![0]) {
      throw new RangeError(
        `logits ${shapeText(logits!)} need a shape [n, classes] and rows ${shapeText(rows)} [n]`,
      );
    }
  }
  return labels!;
}

const trials = [
  { shapes: [[4, 5], [4]], attributes: { smoothing: 0 } },
  { shapes: [[3, 19], [3]], attributes: { smoothing: 0.1 } },
] as const;
const labelled = [null, (_: number, place: number) => (place === 1 ? -100 : place % 5)] as const;

export const crossEntropyOp: Op<Smoothing> = {
  name: "cross-entropy",
  shape: requireRows,
  backward: ({ inputs, attributes }, gradient) => [
    apply(crossEntropyGradientOp, [...inputs, gradient], attributes),
    null,
  ],
  evaluate([logits, labels], { inputs, attributes: { smoothing } }) {
    const classes = inputs[0]!.shape[1]!;
    return labels!.map((label, i) => {
      if (label < 0) return 0;
      const row = logits!.subarray(i * classes, (i + 1) * classes);
      const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const logSum = largest + Math.log(row.reduce((total, each) => total + Math.exp(each - largest), 0));
      const mean = row.reduce((a, b) => a + b, 0) / classes;
      return logSum - (1 - smoothing) * row[label]! - smoothing * mean;
    });
  },
  trials: trials.map((each) => ({ ...each, entries: labelled })),
};

/** g (softmax - target) for each row, 0 where there is no label: the gradient for the logits. */
export const crossEntropyGradientOp: Op<Smoothing> = {
  name: "cross-entropy-gradient",
  shape(shapes) {
    requireRows(shapes);
    return shapes[0]!;
  },
  backward({ inputs, attributes }, gradient) {
    const [logits, labels, g] = inputs as [Value, Value, Value];
    const rows = g.shape[0]!;
    const counted = apply(hasLabelOp, [labels], null);
    const weighted = multiply(gradient, reshape(multiply(g, counted), [rows, 1]));
    const unit = apply(crossEntropyGradientOp, [logits, labels, constant(1, g.shape)], attributes);
    return [
      apply(softmaxGradientOp, [softmax(logits), weighted], null),
      null,
      reshape(sumTo(multiply(gradient, unit), [rows, 1]), [rows]),
    ];
  },
  evaluate([logits, labels, g], { inputs, attributes: { smoothing } }) {
    const classes = inputs[0]!.shape[1]!;
    const result = new Float64Array(logits!.length);
    let i = 0;
    eachRow(classes, [logits!, result], (row, to) => {
      const label = labels![i]!;
      const weight = g![i]!;
      i++;
      if (label < 0) return;
      to!.set(softmaxOf(row!).map((each) => weight * (each - smoothing / classes)));
      to![label]! -= weight * (1 - smoothing);
    });
    return result;
  },
  trials: trials.map(({ shapes: [logits, rows], attributes }) => ({
    shapes: [logits, rows, rows],
    attributes,
    entries: [...labelled, null],
  })),
};

/** 1 where a label counts (>= 0), 0 elsewhere. */
export const hasLabelOp: Op<null> = {
  name: "has-label",
  shape: ([labels]) => labels!,
  backward: () => [null],
  evaluate: ([labels]) => labels!.map((label) => (label < 0 ? 0 : 1)),
  trials: [{ shapes: [[6]], attributes: null, entries: [(_, place) => (place % 3) - 1] }],
};

/**
 * The cross-entropy of each row: ln sum_c e^(z_c) - (1 - s) z_y - s / C sum_c z_c.
 *
 * @param logits - z, shape [n, C].
 * @param labels - y, class numbers, shape [n]; below 0 the row gives 0 and has no gradient.
 * @param smoothing - s, in [0, 1).
 * @returns shape [n], in nats.
 * @source Szegedy et al. 2016, arXiv 1512.00567, section 7 (label smoothing).
 */
export function crossEntropy(logits: Value, labels: Value, smoothing = 0): Value {
  return apply(crossEntropyOp, [logits, labels], { smoothing });
}

/** 1 where a label counts (>= 0), 0 elsewhere: what a mean over labelled rows divides by the sum of. */
export function hasLabel(labels: Value): Value {
  return apply(hasLabelOp, [labels], null);
}
