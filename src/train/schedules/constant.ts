import { z } from "zod";
import { commonOptions, defineSchedule, warmedUp } from "./schedule.ts";

/** 1 after the warm-up. */
export const constantSchedule = defineSchedule({
  name: "constant",
  options: z.strictObject(commonOptions),
  create: ({ warmup }) => warmedUp(warmup, () => 1),
});
