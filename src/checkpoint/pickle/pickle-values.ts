import type { CheckpointFormatError } from "../../errors.ts";

/** Makes the error for a value of another kind than what uses it needs. */
export type Fault = (expected: string, got: unknown) => CheckpointFormatError;

/**
 * A class or function that a pickle names. It is a name and no more: nothing is looked up by it, and
 * nothing of Python is ever called.
 */
export class PickleGlobal {
  readonly module: string;
  readonly name: string;
  readonly #make: Make | null;

  /** @param make - what a call of it gives; without one, a call gives an object that only holds its arguments. */
  constructor(module: string, name: string, make: Make | null = null) {
    this.module = module;
    this.name = name;
    this.#make = make;
  }

  /** What stands for the result of a call with these arguments. */
  called(args: readonly unknown[], fault: Fault): unknown {
    return this.#make ? this.#make(args, fault) : new PickleObject(this, args);
  }

  /** What stands for an object of it that is made without being initialised, as most are where they are unpickled. */
  made(args: readonly unknown[], fault: Fault): unknown {
    return this.called(args, fault);
  }
}

/** A class that is known by its name alone: objects of it hold their attributes, and it is not called. */
export class PickleClass extends PickleGlobal {
  override made(args: readonly unknown[]): PickleObject {
    return new PickleObject(this, args);
  }
}

type Make = (args: readonly unknown[], fault: Fault) => unknown;

/** An object that a pickle describes: what it was made of and what was put into it. */
export class PickleObject {
  readonly type: PickleGlobal;
  readonly args: readonly unknown[];
  /** Its attributes, mostly a dict. */
  state: unknown = null;
  /** What was appended, of a kind of list. */
  items: unknown[] | null = null;
  /** What was set by key, of a kind of dict. */
  entries: PickleDict | null = null;

  constructor(type: PickleGlobal, args: readonly unknown[]) {
    this.type = type;
    this.args = args;
  }

  /** The list that values are appended to, made when the first is. */
  asList(): unknown[] {
    this.items ??= [];
    return this.items;
  }

  /** The dict that items are set in, made when the first is. */
  asDict(): PickleDict {
    this.entries ??= new PickleDict();
    return this.entries;
  }
}

/** A dict, in the order of its entries. Two lists, since a hostile pickle can make millions of empty ones. */
export class PickleDict {
  readonly keys: unknown[] = [];
  readonly values: unknown[] = [];

  set(key: unknown, value: unknown): void {
    this.keys.push(key);
    this.values.push(value);
  }

  /** The value last set for a key that is a text or a number. */
  get(key: string | number): unknown {
    return this.values[this.keys.lastIndexOf(key)];
  }
}

/** Bytes or a text of which only the length is kept. */
export class PickleBlob {
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }
}

/** A value in a few words, for messages. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  if (value instanceof PickleGlobal) return `${value.module}.${value.name}`.slice(0, 100);
  if (value instanceof PickleObject) return `an object of ${shown(value.type)}`;
  if (value instanceof PickleDict) return `a dict of ${value.keys.length}`;
  if (value instanceof PickleBlob) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return `${String(value)}`.slice(0, 100);
}
