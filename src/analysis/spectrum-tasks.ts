import { fitBulk } from "./fit-bulk.ts";
import { measureSpectrum } from "./measure-spectrum.ts";

/** What is read off a spectrum, wherever that is computed: plain data in and out. */
export const spectrumTasks = {
  /** The bulk of Marchenko and Pastur, and what stands out of it. */
  fit: fitBulk,
  /** Every number of the layer, and its verdict. */
  measure: measureSpectrum,
} as const;

/** Which of them. */
export type SpectrumTaskName = keyof typeof spectrumTasks;
/** What a task takes. */
export type GivenOf<Name extends SpectrumTaskName> = Parameters<(typeof spectrumTasks)[Name]>[0];
/** What it gives. */
export type ReadingOf<Name extends SpectrumTaskName> = ReturnType<(typeof spectrumTasks)[Name]>;

/** Runs a task in this thread. */
export function runSpectrumTask<Name extends SpectrumTaskName>(
  task: Name,
  given: GivenOf<Name>,
): ReadingOf<Name> {
  return (spectrumTasks[task] as unknown as (given: GivenOf<Name>) => ReadingOf<Name>)(given);
}
