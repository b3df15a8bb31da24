import type { Task } from "./batches.ts";
import { classification } from "./classification.ts";
import { language } from "./language.ts";
import { sequenceToSequence } from "./sequence-to-sequence.ts";

/** Every task that a model can have. */
export const tasks: readonly Task[] = [classification, language, sequenceToSequence];
