import { z } from "zod";

/** What all schedules take. */
export const commonOptions = {
  /** Steps in which the factor rises from 0 to 1, linearly: it is step / warmup before. */
  warmup: z.int().min(0).default(0),
};

/** What a factor doesn't fall below, as a share of the learning rate, in [0, 1]. */
export const minimum = z.number().min(0).max(1).default(0);

/** What the learning rate is multiplied by, given the steps made before this one. */
export type Factor = (step: number) => number;

/** A schedule that recipes can name. */
export interface ScheduleDefinition<Options extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly options: Options;
  /** The factor of the learning rate at each step. @param steps - of the whole run. */
  create(options: z.output<Options>, steps: number): Factor;
}

/** A definition whose `create` takes what its own schema gives. */
export function defineSchedule<Options extends z.ZodType>(
  definition: ScheduleDefinition<Options>,
): ScheduleDefinition<Options> {
  return definition;
}

/** step / warmup at first, then what follows. */
export function warmedUp(warmup: number, then: Factor): Factor {
  return (step) => (step < warmup ? step / warmup : then(step));
}

/** The share of the steps after the warm-up that is done, in [0, 1]. */
export function progressOf(step: number, warmup: number, steps: number): number {
  return Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
}
