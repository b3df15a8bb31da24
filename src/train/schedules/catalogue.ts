import { constantSchedule } from "./constant.ts";
import { cosine } from "./cosine.ts";
import { inverseSqrt } from "./inverse-sqrt.ts";
import { linearSchedule } from "./linear.ts";
import type { ScheduleDefinition } from "./schedule.ts";

/** Every schedule that a recipe can name. */
export const schedules: readonly ScheduleDefinition[] = [
  cosine,
  linearSchedule,
  inverseSqrt,
  constantSchedule,
];
