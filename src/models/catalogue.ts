import { z } from "zod";
import { UnreadableInputError, UsageError } from "../errors.ts";
import { gptModel } from "./gpt.ts";
import { mlpModel } from "./mlp.ts";
import type { Model } from "./model.ts";
import { t5Model } from "./t5.ts";
import { vitModel } from "./vit.ts";

/** Every family of networks that can be trained. */
export const models: readonly Model[] = [mlpModel, vitModel, t5Model, gptModel];

/** The model of a recipe's kind. @throws {UsageError} If there is none. */
export function modelOf(kind: string): Model {
  const model = models.find((each) => each.kind === kind);
  if (model) return model;
  const kinds = models.map((each) => each.kind).join(", ");
  throw new UsageError(`there is no model "${kind}": expected one of ${kinds}`);
}

const anyConfig = z.looseObject({ model_type: z.string() });

/** The model whose `config.json` this is. @throws {UnreadableInputError} If there is none. */
export function modelOfConfig(config: unknown): Model {
  const parsed = anyConfig.safeParse(config);
  const types = models.map((each) => each.modelType).join(", ");
  if (!parsed.success) {
    throw new UnreadableInputError(`config.json has no model_type: expected one of ${types}`);
  }
  const model = models.find((each) => each.modelType === parsed.data.model_type);
  if (model) return model;
  throw new UnreadableInputError(
    `config.json has the model_type "${parsed.data.model_type}": expected one of ${types}`,
  );
}
