/** Words that optimisers give what they keep of each parameter. */
const MOMENTS =
  "exp_avg|exp_avg_sq|exp_avg_diff|exp_inf|max_exp_avg_sq|max_exp_avg_sqs|momentum_buffer|square_avg|grad_avg|acc_delta|exp_avg_sq_row|exp_avg_sq_col|fp32_from_fp16|master_weights?";

/** Keys of training checkpoints under which an optimiser's state lies, and TensorFlow's names of slot variables. */
const OPTIMIZER_STATE = new RegExp(
  [
    "^(model_)?(optim|optimizers?|optimizer_states?(_dict)?|optimizer_weights|optimizer_[a-z]+|opt_state|_optimizer|lr_schedulers?|grad_scaler)[./]",
    "[./](optimizers?|optimizer_states?(_dict)?|opt_state)[./]",
    `(^|[./])(${MOMENTS})([./]|$)`,
    "/(Adam(_1)?|Momentum|RMSProp(_1)?|Adagrad|Ftrl(_1)?)(:0)?$",
    "^(beta[12]_power|global_step)(:0)?$",
    "\\.OPTIMIZER_SLOT",
  ].join("|"),
);

/** Keras puts its slots under the optimiser's name; apart, as one expression would take quadratic time. */
const SLOT_FOLDER = /(^|\/)(training|Adam|AdamW|Nadam|RMSprop|SGD|Adagrad)\//;
const SLOT = /(^|[/_])(m|v|vhat|rms|momentum|accumulator)(_\d+)?(:0)?$/;

/** Whether a tensor is the state of an optimiser, by its name. */
export function isOptimizerState(name: string): boolean {
  return OPTIMIZER_STATE.test(name) || (SLOT.test(name) && SLOT_FOLDER.test(name));
}
