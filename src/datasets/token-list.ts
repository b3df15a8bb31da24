import type { TokenSet } from "./dataset.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Vocabularies up to this fit into 16 bits. */
const SHORT_IDS = 1 << 16;

/** Token ids that grow by documents, 2 or 4 bytes each. */
export class TokenList {
  readonly #most: number;
  #ids: Uint16Array | Uint32Array;
  #count = 0;

  /**
   * @param vocabulary - ids are below it.
   * @param most - tokens it holds at most; what is added beyond is left out.
   */
  constructor(vocabulary: number, most: number) {
    this.#most = most;
    this.#ids = new (vocabulary <= SHORT_IDS ? Uint16Array : Uint32Array)(Math.min(most, 1 << 12));
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  add(ids: ArrayLike<number>): void {
    const count = Math.min(ids.length, this.#most - this.#count);
    if (this.#count + count > this.#ids.length) {
      const grown = new (this.#ids.constructor as Uint16ArrayConstructor | Uint32ArrayConstructor)(
        Math.min(this.#most, Math.max(2 * this.#ids.length, this.#count + count)),
      );
      grown.set(this.#ids);
      this.#ids = grown;
    }
    for (let i = 0; i < count; i++) this.#ids[this.#count + i] = ids[i]!;
    this.#count += count;
  }

  /** A document's tokens, and the end token behind them. */
  addDocument(text: string, { encode, special }: Tokenizer): void {
    this.add(encode(text));
    if (special.end !== null) this.add([special.end]);
  }

  /** All tokens so far, as a view. */
  tokens(): Uint16Array | Uint32Array {
    return this.#ids.subarray(0, this.#count);
  }
}

/** Tokens with what a tokenizer says of them. */
export function tokenSet(tokens: Uint16Array | Uint32Array, tokenizer: Tokenizer): TokenSet {
  const { vocabulary, special, decode } = tokenizer;
  return { vocabulary, special, tokens, decode };
}
