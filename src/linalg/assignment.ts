/**
 * Pairs rows with columns so that the sum of their weights is largest; each row and each column has one partner at most.
 *
 * Shortest augmenting paths, O(rows^2 columns). A pair of weight 0 or less is never made.
 *
 * @param weights - `[rows][columns]`, finite; any shape, also empty.
 * @returns for each row its column, or -1 where none is worth it.
 * @source Kuhn 1955, Naval Res. Logist. Q. 2:83-97; by paths: Jonker & Volgenant 1987, Computing 38:325-340.
 */
export function largestAssignment(weights: readonly (readonly number[])[]): number[] {
  const rows = weights.length;
  const columns = weights[0]?.length ?? 0;
  // A dummy column for each row, of cost 0: to stay without a partner is always possible.
  const width = columns + rows;
  const cost = (row: number, column: number): number =>
    column < columns ? -Math.max(0, weights[row]![column]!) : 0;
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(width);
  const rowOf = new Int32Array(width).fill(-1);
  for (let start = 0; start < rows; start++) {
    const distance = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(width).fill(-1);
    const isDone = new Uint8Array(width);
    const path: number[] = [];
    let row = start;
    let reached = 0;
    let last = -1;
    for (;;) {
      let next = -1;
      for (let column = 0; column < width; column++) {
        if (isDone[column]) continue;
        const through = reached + cost(row, column) - rowPrice[row]! - columnPrice[column]!;
        if (through < distance[column]!) {
          distance[column] = through;
          before[column] = last;
        }
        if (next < 0 || distance[column]! < distance[next]!) next = column;
      }
      isDone[next] = 1;
      reached = distance[next]!;
      path.push(next);
      last = next;
      if (rowOf[next]! < 0) break;
      row = rowOf[next]!;
    }
    rowPrice[start]! += reached;
    for (const column of path.slice(0, -1)) {
      const slack = reached - distance[column]!;
      rowPrice[rowOf[column]!]! += slack;
      columnPrice[column]! -= slack;
    }
    for (let column = last; column >= 0; column = before[column]!) {
      const previous = before[column]!;
      rowOf[column] = previous < 0 ? start : rowOf[previous]!;
    }
  }
  const partners = new Array<number>(rows).fill(-1);
  for (let column = 0; column < columns; column++) {
    const row = rowOf[column]!;
    if (row >= 0 && weights[row]![column]! > 0) partners[row] = column;
  }
  return partners;
}
