import { UsageError } from "../errors.ts";

/** How a number is compared. */
export const operators = {
  "<": (value: number, threshold: number) => value < threshold,
  "<=": (value: number, threshold: number) => value <= threshold,
  ">": (value: number, threshold: number) => value > threshold,
  ">=": (value: number, threshold: number) => value >= threshold,
  "==": (value: number, threshold: number) => value === threshold,
  "!=": (value: number, threshold: number) => value !== threshold,
} as const;

export type Operator = keyof typeof operators;

/** What a gate is not to find: `[GLOB:]METRIC OP NUMBER`, METRIC an id or `delta(ID)`. */
export interface GateExpression {
  /** As it was written. */
  readonly text: string;
  /** Which layers; null for all. */
  readonly glob: string | null;
  /** Metric id. */
  readonly metric: string;
  /** Whether it is of the difference from the baseline. */
  readonly isDelta: boolean;
  readonly operator: Operator;
  readonly threshold: number;
}

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const id = String.raw`[A-Za-z][\w.-]*`;
const pattern = new RegExp(
  String.raw`^(?:(.*):)?\s*(?:delta\(\s*(${id})\s*\)|(${id}))\s*(<=|>=|==|!=|<|>)\s*(${number})$`,
  "s",
);

const expected =
  "expected [GLOB:]METRIC OP NUMBER with OP one of < <= > >= == !=, such as '*.mlp.*:powerLaw.alpha < 2' or 'delta(metrics.stableRank) < -5'";

/**
 * Reads an expression. The glob ends at the last colon, since names may have some.
 *
 * @throws {UsageError} If it is none: with what was expected.
 */
export function parseExpression(text: string): GateExpression {
  const match = pattern.exec(text.trim());
  if (!match) throw new UsageError(`${JSON.stringify(text)} is no expression: ${expected}`);
  const [, glob, ofDelta, plain, operator, threshold] = match;
  if (glob?.trim() === "")
    throw new UsageError(`${JSON.stringify(text)} has an empty glob: leave out its colon`);
  return {
    text: text.trim(),
    glob: glob?.trim() ?? null,
    metric: ofDelta ?? plain!,
    isDelta: ofDelta !== undefined,
    operator: operator as Operator,
    threshold: Number(threshold),
  };
}
