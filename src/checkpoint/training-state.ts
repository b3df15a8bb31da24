import type { LeftOutFile } from "./checkpoint.ts";

/** Endings of files that hold arrays or pickles, whoever wrote them. */
const ending = "(?:\\.(?:pt|pth|bin|ckpt|pkl|safetensors|npz|npy|h5|msgpack|index|json))+";

interface Role {
  readonly names: RegExp;
  readonly reason: string;
  readonly detail: string;
}

const roles: readonly Role[] = [
  {
    // Not DeepSpeed's *_optim_states.pt: those hold the weights of a sharded model too.
    names: new RegExp(
      `^(?:.*[-_.])?(?:optimizer\\d*(?:[-_.](?:states?|\\d+(?:-of-\\d+)?))*|optim\\d*(?:[-_.]\\d+)*)${ending}$`,
      "i",
    ),
    reason: "optimizer-state",
    detail: "The state of an optimizer: moments of gradients, not weights.",
  },
  {
    names: new RegExp(
      "^(?:(?:lr_?)?scheduler|rng_states?|random_states?|training_args|(?:grad_)?scaler|sampler|dl_state_dict)" +
        `\\d*(?:[-_.]\\d+)*${ending}$`,
      "i",
    ),
    reason: "training-state",
    detail: "Learning-rate schedule, random numbers or arguments of the training run, not weights.",
  },
];

/**
 * Whether a file beside a model is what training needs to go on, by the names that Trainer,
 * Accelerate, Lightning, DeepSpeed and this package's own runs use; null for anything else.
 */
export function trainingState(name: string): LeftOutFile | null {
  const role = roles.find(({ names }) => names.test(name));
  return role ? { path: name, reason: role.reason, detail: role.detail } : null;
}
