/** A number of a measurement, and what it is: the same in the result, in tables, trajectories and `marchenko metrics`. */
export interface Quantity {
  /** Its path in a layer of the result, such as `hessian.trace`; `xStandardError` beside `x` is its standard error. */
  readonly id: string;
  readonly title: string;
  /** Its symbol in the literature, or what heads a narrow column. */
  readonly symbol: string;
  /** "1" (dimensionless), "count", "probability", or what its formula is made of, such as "nat^2". */
  readonly unit: string;
  readonly formula: string;
  /** What it tells a user, one sentence. */
  readonly meaning: string;
  readonly source: string;
  /** Whether it has a column in tables of one screen. */
  readonly headline?: true;
}
