/** g^x and y^x modulo the primes of the MODP groups, here or on another thread; one at a time. Secrets are wiped where they have been. */
import { BugError } from "../../base/errors.ts";
import { type ModpGroupId, modpPrime } from "../../crypto/modp-primes.ts";
import type { LibcryptoBignum, Pointer } from "./libcrypto-bignum.ts";
import type { NativeMemory, Region } from "./native-memory.ts";

/** What is the same for all exponentiations in a group. */
interface Modulus {
  readonly length: number;
  readonly number: Pointer;
  readonly montgomery: Pointer;
}

export class ModularExponentiation {
  readonly #bignum: LibcryptoBignum;
  /** Octets on their way into numbers and out of them. */
  readonly #octets: Region;
  readonly #context: Pointer;
  readonly #base: Pointer;
  readonly #exponent: Pointer;
  readonly #result: Pointer;

  /** Takes `EXPONENTIATION_OCTETS` of the memory. */
  constructor(bignum: LibcryptoBignum, memory: NativeMemory) {
    this.#bignum = bignum;
    this.#octets = memory.reserve(EXPONENTIATION_OCTETS);
    this.#context = present(bignum.newContext());
    this.#base = present(bignum.newNumber());
    this.#exponent = present(bignum.newNumber());
    this.#result = present(bignum.newNumber());
  }

  /** base^exponent in the group's full length; without a base, g^exponent. Undefined: OpenSSL could not. */
  perform(id: ModpGroupId, exponent: Uint8Array, base?: Uint8Array): Uint8Array | undefined {
    const modulus = this.#prepare(id, exponent, base);
    return this.#finish(modulus, this.#bignum.exponentiate(...this.#numbers(modulus)));
  }

  /** The same on another thread. The next must not begin before `done` is called. */
  start(
    id: ModpGroupId,
    exponent: Uint8Array,
    base: Uint8Array | undefined,
    done: (result: Uint8Array | undefined) => void,
  ): void {
    const modulus = this.#prepare(id, exponent, base);
    this.#bignum.exponentiate.async(...this.#numbers(modulus), (error, result) =>
      done(this.#finish(modulus, error === null ? result : 0)),
    );
  }

  #numbers(modulus: Modulus) {
    return [
      this.#result,
      this.#base,
      this.#exponent,
      modulus.number,
      this.#context,
      modulus.montgomery,
    ] as const;
  }

  #prepare(id: ModpGroupId, exponent: Uint8Array, base: Uint8Array = GENERATOR): Modulus {
    this.#read(exponent, this.#exponent);
    this.#read(base, this.#base);
    return modulusOf(this.#bignum, id, this.#octets);
  }

  #finish(modulus: Modulus, status: number): Uint8Array | undefined {
    const { bytes } = this.#octets;
    const { length } = modulus;
    const written =
      status === 1 ? this.#bignum.write(this.#result, this.#octets.address(0, length), length) : -1;
    const result = written === length ? bytes.slice(0, length) : undefined;
    for (const number of [this.#exponent, this.#result]) this.#bignum.clear(number);
    bytes.fill(0);
    return result;
  }

  #read(octets: Uint8Array, into: Pointer): void {
    read(this.#bignum, octets, into, this.#octets);
  }
}

/** Moduli are public and the same for ever, so each is made once. */
function modulusOf(bignum: LibcryptoBignum, id: ModpGroupId, octets: Region): Modulus {
  const known = moduli.get(id);
  if (known !== undefined) return known;
  const prime = modpPrime(id);
  const number = present(bignum.newNumber());
  const montgomery = present(bignum.newMontgomeryContext());
  read(bignum, prime, number, octets);
  present(bignum.setMontgomeryContext(montgomery, number, present(bignum.newContext())));
  const made = { length: prime.length, number, montgomery };
  moduli.set(id, made);
  return made;
}

function read(bignum: LibcryptoBignum, octets: Uint8Array, into: Pointer, by: Region): void {
  const address = by.address(0, octets.length);
  by.bytes.set(octets);
  present(bignum.read(address, octets.length, into));
}

/** OpenSSL answers 0 where it has no memory left, which Node does not survive either. */
function present(pointer: Pointer): Pointer {
  if (pointer === 0) throw new BugError("OpenSSL makes no number");
  return pointer;
}

const moduli = new Map<ModpGroupId, Modulus>();
const GENERATOR = Uint8Array.of(2);

/** The longest prime's, of group 18; no exponent of ours is longer. */
export const EXPONENTIATION_OCTETS = 1024;
