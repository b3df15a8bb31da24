/**
 * The errors of this package, all of them. Each says what was expected, what came and what to do;
 * `exitCode` is what the command ends with when one reaches it.
 */
export abstract class MarchenkoError extends Error {
  /** Stable, machine-readable name of the fault. */
  abstract readonly code: string;
  /** Exit code of the command: 2 wrong usage, 3 unreadable or refused input, 5 nothing to analyse. */
  abstract readonly exitCode: 1 | 2 | 3 | 4 | 5;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Wrong usage, configuration, or a missing optional component. */
export class UsageError extends MarchenkoError {
  readonly code = "usage";
  readonly exitCode = 2;
}

/** A path that does not exist, cannot be read, or holds a format that is not supported. */
export class UnreadableInputError extends MarchenkoError {
  readonly code = "unreadable-input";
  readonly exitCode = 3;
}

/** The file itself is wrong (truncated, hostile, inconsistent): trying again will not help. */
export class CheckpointFormatError extends MarchenkoError {
  readonly code = "checkpoint-format";
  readonly exitCode = 3;
}

/** A file of a data set is wrong (truncated, hostile, inconsistent): trying again will not help. */
export class DatasetFormatError extends MarchenkoError {
  readonly code = "dataset-format";
  readonly exitCode = 3;
}

/** A number is outside of what it was held to. */
export class GateError extends MarchenkoError {
  readonly code = "gate-failed";
  readonly exitCode = 4;
}

/** Everything could be read, and nothing in it is a weight matrix to analyse. */
export class NothingToAnalyzeError extends MarchenkoError {
  readonly code = "nothing-to-analyze";
  readonly exitCode = 5;
}

/** An iteration did not converge: a fault of ours, or NaN that slipped in. */
export class ConvergenceError extends MarchenkoError {
  readonly code = "convergence";
  readonly exitCode = 1;
}

/** Training left the range of numbers: what it was configured to does not converge. */
export class DivergenceError extends MarchenkoError {
  readonly code = "divergence";
  readonly exitCode = 2;
}
