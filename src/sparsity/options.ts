import { z } from "zod";
import { MarchenkoError } from "../errors.ts";
import { activationSpec } from "./activations/activation.ts";
import { createActivation } from "./activations/catalogue.ts";

/** An activation function that can be made. */
const activation = activationSpec.superRefine((spec, context) => {
  try {
    createActivation(spec);
  } catch (error) {
    if (!(error instanceof MarchenkoError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
  }
});

const uplift = z
  .int()
  .positive()
  .describe("steps over which finetuning raises the lower bound of the scales from 0 to 1");

/** What a recipe's `sparsity` holds: modules that can each be switched on alone. */
export const sparsityOptions = z.strictObject({
  activation: activation
    .default("relu")
    .describe("activation function of the MLP blocks: its name, or its name and options"),
  zerothBias: z
    .strictObject({
      placement: z
        .enum(["input", "output"])
        .default("input")
        .describe("where it is added: to the MLP block's input (the paper) or output (its code)"),
      clip: z
        .number()
        .positive()
        .nullable()
        .default(0.1)
        .describe(
          "c: entries are held to |D| <= c |w|, w the scale of the norm before the block; null for no limit",
        ),
    })
    .optional()
    .describe("a trained vector for each token's place"),
  restrictedLayerNorm: z
    .union([
      z.literal(true),
      z.strictObject({
        upliftSteps: uplift.optional(),
        legacyOrder: z
          .boolean()
          .default(false)
          .describe("clamps before the optimiser's step, not after it, as the paper's code does"),
      }),
    ])
    .optional()
    .describe("norms before MLP blocks keep scales of at least 1: from scratch, or raised while finetuning"),
  synapseNoise: z
    .strictObject({
      rho: z.number().positive().default(0.1).describe("standard deviation over the root mean square weight"),
      kind: z
        .enum(["tokenwise", "shared"])
        .default("tokenwise")
        .describe("drawn anew for each token, or once for all"),
      matrices: z
        .enum(["key", "key-and-value"])
        .default("key-and-value")
        .describe("which matrices of an MLP block"),
    })
    .optional()
    .describe("Gaussian noise on the weights of MLP blocks while training"),
  mixing: z
    .strictObject({
      steps: z.int().positive().describe("steps until the activation function has taken over"),
      from: activation.default("relu").describe("activation function at the start"),
    })
    .optional()
    .describe("goes over from one activation function to another"),
});

/** A recipe's `sparsity`, defaults filled in. */
export type SparsityOptions = z.output<typeof sparsityOptions>;

/** The same as a recipe may write it. */
export type SparsityInput = z.input<typeof sparsityOptions>;
