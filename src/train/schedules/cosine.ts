import { z } from "zod";
import { commonOptions, defineSchedule, minimum, progressOf, warmedUp } from "./schedule.ts";

/**
 * From 1 to the minimum m by half a cosine: m + (1 - m) (1 + cos pi x) / 2, where x is the share of the steps done.
 *
 * @source Loshchilov & Hutter 2017, arXiv 1608.03983, equation 5, without restarts.
 */
export const cosine = defineSchedule({
  name: "cosine",
  options: z.strictObject({ ...commonOptions, minimum }),
  create: (options, steps) =>
    warmedUp(options.warmup, (step) => {
      const half = (1 + Math.cos(Math.PI * progressOf(step, options.warmup, steps))) / 2;
      return options.minimum + (1 - options.minimum) * half;
    }),
});
