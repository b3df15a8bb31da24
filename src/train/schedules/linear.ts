import { z } from "zod";
import { commonOptions, defineSchedule, minimum, progressOf, warmedUp } from "./schedule.ts";

/** From 1 to the minimum m in a straight line: m + (1 - m) (1 - x), where x is the share of the steps done. */
export const linearSchedule = defineSchedule({
  name: "linear",
  options: z.strictObject({ ...commonOptions, minimum }),
  create: (options, steps) =>
    warmedUp(
      options.warmup,
      (step) => options.minimum + (1 - options.minimum) * (1 - progressOf(step, options.warmup, steps)),
    ),
});
