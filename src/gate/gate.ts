import { schemaVersion, version } from "../analysis/version.ts";
import { similarNames } from "../checkpoint/nearest-names.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import { nameMatcher } from "../layers/name-globs.ts";
import { nearestNames } from "../layers/nearest-names.ts";
import { baselineOf } from "./baseline.ts";
import { type GateExpression, operators, parseExpression } from "./expression.ts";
import type { Gateable, GateSubject, Reading } from "./gateable.ts";
import { gateables } from "./gateables.ts";
import type { GateResult } from "./result.ts";

/** A result of a kind that has layers with numbers. */
export interface GatedResult {
  readonly type: string;
}

/** Options of {@link gate}. */
export interface GateOptions {
  /** Expressions that are not to hold in any layer: `[GLOB:]METRIC OP NUMBER`, METRIC a metric id or `delta(ID)`. */
  readonly failOn: readonly string[];
  /** What `delta` is the difference from. */
  readonly baseline?: GatedResult | undefined;
  /** Id of the only checkpoint to look at, or "last"; all by default. */
  readonly checkpoint?: string | undefined;
  /** What the results are called. */
  readonly names?: { readonly result?: string; readonly baseline?: string };
}

/**
 * Looks whether expressions hold in a result's layers.
 *
 * A number that is null, or that rests on a fit that does not hold, never fires and is listed. An expression whose glob
 * matches no layer fails.
 *
 * @param result - of `analyze`, `compare`, `measure` or `gradientNoise`.
 * @returns what fired where, and what was not judged.
 * @throws {UsageError} If an expression is malformed, names a metric that there is not, or asks for a difference without
 *   a baseline; {UnreadableInputError} If the result has no layers with metrics.
 * @example
 * ```ts
 * import { analyze, gate, randomStream, tensorOf } from "marchenko";
 * const stream = randomStream(7, ["weights"]);
 * const weights = Float32Array.from({ length: 64 * 32 }, () => stream.normal());
 * const result = await analyze({ id: "my-model", tensors: () => [tensorOf("fc1.weight", [64, 32], weights)] });
 * const found = gate(result, { failOn: ["metrics.stableRank < 2", "fc*:concentration.ratio > 3"] });
 * found.failed; // true
 * found.violations.map(({ rule, layer }) => [rule, layer]); // [[1, "fc1.weight"]]
 * ```
 */
export function gate(result: GatedResult, options: GateOptions): GateResult {
  const { failOn, baseline, names = {} } = options;
  if (failOn.length === 0) throw new UsageError("there is nothing to gate on: give an expression to fail on");
  const subjects = chosen(subjectsOf(result), options.checkpoint);
  const ids = gateableOf(result).metrics(result as never);
  const expressions = failOn.map(parseExpression);
  for (const expression of expressions) requireMetric(expression, ids);
  const before = baseline && baselineOf(subjectsOf(baseline));
  const violations: GateResult["violations"] = [];
  const notJudged: GateResult["notJudged"] = [];
  const rules = expressions.map((expression, rule): GateResult["rules"][number] => {
    const { text, ...stated } = expression;
    const matches = expression.glob === null ? () => true : nameMatcher([expression.glob]);
    const own = subjects.filter(({ layer }) => matches(layer));
    const described = { expression: text, ...stated };
    const nothing = { looked: 0, fired: 0, notJudged: 0 };
    if (own.length === 0) {
      return { ...described, outcome: "no-match", ...nothing, hint: hintFor(expression, result, subjects) };
    }
    const [fired, doubted] = [violations.length, notJudged.length];
    for (const subject of own) {
      const { checkpoint, path, layer, part } = subject;
      const place = { rule, checkpoint, path, layer, part };
      const found = judged(subject, expression, before);
      if (found.doubt !== null || found.value === null) {
        notJudged.push({ ...place, value: found.value, reason: found.doubt ?? "null" });
      } else if (operators[expression.operator](found.value, expression.threshold)) {
        violations.push({ ...place, value: found.value, now: found.now, before: found.before });
      }
    }
    const counts = {
      looked: own.length,
      fired: violations.length - fired,
      notJudged: notJudged.length - doubted,
    };
    return { ...described, outcome: counts.fired > 0 ? "failed" : "passed", ...counts, hint: null };
  });
  return {
    type: "gate",
    schemaVersion,
    tool: "marchenko",
    version,
    result: names.result ?? result.type,
    baseline: baseline ? (names.baseline ?? baseline.type) : null,
    checkpoints: new Set(subjects.map(({ checkpoint, path }) => `${checkpoint}\n${path}`)).size,
    failed: rules.some(({ outcome }) => outcome !== "passed"),
    rules,
    violations,
    notJudged,
  };
}

function gateableOf(result: GatedResult): Gateable {
  const found = gateables.find(({ type }) => type === result.type);
  if (found) return found;
  const known = gateables.map(({ type }) => type).join(", ");
  throw new UnreadableInputError(
    `a result of type ${result.type} has no layers with metrics: expected one of ${known}`,
  );
}

function subjectsOf(result: GatedResult): readonly GateSubject[] {
  if ("shard" in result && result.shard !== undefined) {
    throw new UnreadableInputError(
      "this is one shard of an analysis: put them together with marchenko merge",
    );
  }
  return gateableOf(result).subjects(result as never);
}

/** @throws {UsageError} If there is no such checkpoint. */
function chosen(subjects: readonly GateSubject[], checkpoint: string | undefined): readonly GateSubject[] {
  if (checkpoint === undefined) return subjects;
  const ids = [...new Set(subjects.map((subject) => subject.checkpoint))];
  const wanted = checkpoint === "last" && !ids.includes("last") ? ids.at(-1) : checkpoint;
  const own = subjects.filter((subject) => subject.checkpoint === wanted);
  if (own.length > 0) return own;
  const near = nearestNames(checkpoint, ids);
  throw new UsageError(
    `there is no checkpoint ${checkpoint} in the result: expected last, or one like ${near.join(", ")}`,
  );
}

/** @throws {UsageError} If no layer of such a result can have the metric: with those that were perhaps meant. */
function requireMetric({ text, metric }: GateExpression, ids: readonly string[]): void {
  if (ids.includes(metric)) return;
  const ends = ids.filter((id) => id.endsWith(`.${metric}`));
  const last = metric.split(".").at(-1)!;
  const sameEnd = ids.filter((id) => id.endsWith(`.${last}`));
  const near = [...new Set([...ends, ...sameEnd, ...similarNames(metric, ids)])];
  const hint =
    near.length > 0 ? `Did you mean ${near.slice(0, 3).join(" or ")}?` : "marchenko metrics lists them.";
  throw new UsageError(`${JSON.stringify(text)}: there is no metric ${metric}. ${hint}`);
}

interface Judged extends Reading {
  readonly now: number | null;
  readonly before: number | null;
}

function judged(
  subject: GateSubject,
  { metric, isDelta, text }: GateExpression,
  before: ReturnType<typeof baselineOf> | undefined,
): Judged {
  const nothing = { now: null, before: null };
  if (subject.missing !== null) return { value: null, doubt: subject.missing, ...nothing };
  if (!isDelta) return { ...subject.read(metric), ...nothing };
  if (subject.readDelta) return { ...subject.readDelta(metric), ...nothing };
  if (!before) {
    throw new UsageError(
      `${JSON.stringify(text)} is of a difference: give the result that it is from with --baseline`,
    );
  }
  const other = before(subject);
  if (typeof other === "string") return { value: null, doubt: other, ...nothing };
  const [now, then] = [subject.read(metric), other.read(metric)];
  const value = now.value === null || then.value === null ? null : now.value - then.value;
  const ofBaseline = other.missing ?? then.doubt;
  const doubt = now.doubt ?? (ofBaseline === null ? null : `in the baseline: ${ofBaseline}`);
  return { value, doubt, now: now.value, before: then.value };
}

/** Names that the glob was perhaps meant for; skipped layers that it matches are said to be. */
function hintFor({ glob }: GateExpression, result: GatedResult, subjects: readonly GateSubject[]): string {
  if (subjects.length === 0 || glob === null) return "no layer was analysed";
  const skipped = skippedIn(result).filter(({ layer }) => nameMatcher([glob])(layer));
  if (skipped.length > 0) {
    const [{ layer, reason }] = skipped as [(typeof skipped)[number]];
    return `it matches only layers that were not analysed, such as ${layer} (${reason})`;
  }
  const near = nearestNames(
    glob,
    subjects.map(({ layer }) => layer),
  );
  return `names like it are ${near.join(", ")}`;
}

/** Layers of any result that has such rows. */
function skippedIn(result: GatedResult): { readonly layer: string; readonly reason: string }[] {
  const { checkpoints = [] } = result as {
    readonly checkpoints?: readonly {
      readonly layers: readonly {
        readonly layer: string;
        readonly status?: string;
        readonly reason?: string;
      }[];
    }[];
  };
  return checkpoints.flatMap(({ layers }) =>
    layers.flatMap(({ layer, status, reason }) =>
      status === "skipped" ? [{ layer, reason: reason ?? "skipped" }] : [],
    ),
  );
}
