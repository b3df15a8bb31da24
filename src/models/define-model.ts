import { z } from "zod";
import type { Value } from "../autodiff/value.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import {
  activationOfTransformers,
  activations,
  createActivation,
} from "../sparsity/activations/catalogue.ts";
import type { Described, Model, Traced } from "./model.ts";
import { labelledLoss } from "./parts/labelled-loss.ts";
import { startTracing, type Tracer } from "./tracer.ts";

/** What a model's file states. */
interface Definition<Sizes extends z.ZodType, Config extends z.ZodType>
  extends Pick<Model, "kind" | "task" | "modelType"> {
  readonly sizes: Sizes;
  /** Schema of the `config.json`s that it understands, with the defaults of transformers. */
  readonly config: Config;
  /** Other names under which files may hold a parameter, for all alike. */
  aliasesOf?(name: string): readonly string[];
  /** Whether files may hold an array of this name that the model has no use for. */
  ignores?(name: string): boolean;
  /** Builds the graph up to the logits. @returns logits, shape [rows, classes], and their labels, shape [rows]. */
  build(tracer: Tracer, sizes: z.output<Sizes>): { readonly logits: Value; readonly labels: Value };
  /** @param activation - as transformers calls it, where it knows it. */
  toConfig(sizes: z.output<Sizes>, activation: string): Record<string, unknown>;
  /** @returns sizes, and the activation function's name in the file. */
  fromConfig(config: z.output<Config>): { readonly sizes: z.input<Sizes>; readonly activation: string };
}

/** Makes a model of what its file states. */
export function defineModel<Sizes extends z.ZodType, Config extends z.ZodType>(
  definition: Definition<Sizes, Config>,
): Model {
  const { kind, task, modelType, sizes: schema } = definition;
  const resolve = (sizes: unknown): z.output<Sizes> => {
    const parsed = schema.safeParse(sizes);
    if (parsed.success) return parsed.data;
    throw new UsageError(`sizes of the model "${kind}": ${z.prettifyError(parsed.error)}`);
  };
  return {
    kind,
    task,
    modelType,
    sizes: schema,
    trace(given, sparsity, options): Traced {
      const tracer = startTracing(sparsity, options, definition.aliasesOf);
      const { logits, labels } = definition.build(tracer, resolve(given));
      const losses = labelledLoss(tracer, logits, labels);
      const { inputs, parameters, draws, scheduled, taps, adapters, blocks } = tracer;
      const { ignores = () => false } = definition;
      return { inputs, parameters, draws, scheduled, taps, adapters, blocks, ignores, logits, ...losses };
    },
    huggingFaceConfig(given, { activation }) {
      const { huggingFace, name } = createActivation(activation);
      return { model_type: modelType, ...definition.toConfig(resolve(given), huggingFace ?? name) };
    },
    fromHuggingFace(config): Described {
      const parsed = definition.config.safeParse(config);
      if (!parsed.success) {
        throw new UnreadableInputError(
          `the config.json of a ${modelType} has what the model "${kind}" doesn't support: ${z.prettifyError(parsed.error)}`,
        );
      }
      const { sizes, activation } = definition.fromConfig(parsed.data);
      const checked = schema.safeParse(sizes);
      if (!checked.success) {
        throw new UnreadableInputError(
          `the config.json of a ${modelType} has sizes that don't fit: ${z.prettifyError(checked.error)}`,
        );
      }
      return { sizes: checked.data, sparsity: { activation: activationNamed(activation) } };
    },
  };
}

/** The activation function that a config.json names, by transformers' name or ours. */
function activationNamed(name: string): string {
  const ours = activationOfTransformers(name) ?? activations.find((each) => each.name === name)?.name;
  if (ours) return ours;
  const known = activations.map((each) => each.name).join(", ");
  throw new UnreadableInputError(
    `config.json names the activation function "${name}", which isn't supported: expected one of ${known}`,
  );
}
