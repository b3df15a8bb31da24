/** A recipe that comes with the package; it states only what differs from the one it extends. */
export interface Preset {
  readonly name: string;
  /** One line for lists. */
  readonly description: string;
  readonly [member: string]: unknown;
}
