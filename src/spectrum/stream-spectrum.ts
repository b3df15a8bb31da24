import type { GramStep } from "../kernels/gram-eigenvalues.ts";
import { censusOf, type EntryCensus, joinCensus, unitOf } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import { mayBeShort, shortUnit } from "../linalg/short-unit.ts";
import { spectrumFrom } from "./compute-spectrum.ts";
import type { RowBlocks } from "./row-blocks.ts";
import type { Spectrum } from "./spectrum.ts";
import type { SingularValues, TeamWork } from "./spectrum-engine.ts";

/** A spectrum, and what the entries are like; null when they have none, being not finite or all zero. */
export interface StreamedSpectrum {
  readonly census: EntryCensus;
  readonly spectrum: Spectrum | null;
}

/**
 * The singular values of a tall matrix that is read by rows and never whole: the Gram matrix of its columns grows
 * block by block, the next block being read meanwhile. The same bits as of the whole matrix.
 *
 * Entries of 32 bits are not scaled, since their squares fit float64 as they are, and are read once; float64 is read
 * twice, the first time for its largest entry, and so are formats of few digits where products may be those of integers.
 *
 * @param w - W, rows >= columns, in blocks of a multiple of `rowsAtOnce` rows, all but the last; a block is done with
 *   when the next but one is asked for.
 * @param format - how the entries were stored.
 * @param begin - the engine's work on a matrix whose entries are divided by `unit`, or by the one in which they are short.
 * @param run - runs a step on the work's threads.
 */
export async function streamSpectrum(
  w: RowBlocks,
  format: FloatFormatName,
  begin: (unit: number, shortUnit: number | null) => TeamWork,
  run: (work: TeamWork, step: GramStep) => Promise<SingularValues | null>,
): Promise<StreamedSpectrum> {
  let census = censusOf(new Float64Array(0));
  let unit = 1;
  let short: number | null = null;
  const isReadTwice = format === "F64" || mayBeShort(format);
  if (isReadTwice) {
    for await (const { data } of w.blocks()) census = joinCensus(census, censusOf(data));
    if (census.nonFinite > 0 || census.isZero) return { census, spectrum: null };
    unit = unitOf(census);
    short = shortUnit(census, format);
  }
  const work = begin(unit, short);
  const blocks = w.blocks()[Symbol.asyncIterator]();
  let values: SingularValues | null = null;
  let next = blocks.next();
  try {
    for (;;) {
      const { value: block, done } = await next;
      if (done) break;
      next = blocks.next();
      const { first, data } = block;
      if (!isReadTwice) census = joinCensus(census, censusOf(data));
      // What comes after is still read, for the census: the count of what is not finite is of all.
      if (census.nonFinite > 0) continue;
      const rows = data.length / w.columns;
      const part = { rows, columns: w.columns, data };
      values = await run(work, { part, isFirst: first === 0, isLast: first + rows === w.rows });
    }
  } finally {
    // Where a block fails the next is being read: its place must not be given to others before that has ended.
    await next.catch(() => {});
  }
  work.release();
  if (census.nonFinite > 0 || census.isZero || !values) return { census, spectrum: null };
  return { census, spectrum: spectrumFrom(w, census, format, values) };
}
