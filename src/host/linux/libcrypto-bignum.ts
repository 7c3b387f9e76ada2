/**
 * The big numbers of the OpenSSL in the node executable: exponentiation at its own speed on every version of Node, which
 * node:crypto reaches on some alone. Pointers are as in `libcrypto.ts`. Functions return 0 for failure.
 */
import {
  type Address,
  type CFunction,
  loadNativeLibrary,
  type NativeLibrary,
  type NativeUnavailable,
} from "./native-library.ts";

/** 0 is none. */
export type Pointer = number;

export interface LibcryptoBignum {
  newNumber(): Pointer;
  /** Its octets are wiped. */
  clear(number: Pointer): void;
  /** Most significant octet first, into a number that is there. */
  read(octets: Address, length: number, into: Pointer): Pointer;
  /** With zeros before it; below 0 if it is longer than `length`. */
  write(number: Pointer, octets: Address, length: number): number;
  newContext(): Pointer;
  newMontgomeryContext(): Pointer;
  setMontgomeryContext(montgomery: Pointer, modulus: Pointer, context: Pointer): number;
  /** base ^ exponent modulo an odd modulus; neither its time nor its look-ups depend on the exponent's bits. */
  exponentiate: Exponentiate;
}

interface Exponentiate {
  (...args: ExponentiateArguments): number;
  /** The same on another thread: nothing it is given may be touched meanwhile. */
  async(...args: [...ExponentiateArguments, done: (error: unknown, result: number) => void]): void;
}

type ExponentiateArguments = [
  result: Pointer,
  base: Pointer,
  exponent: Pointer,
  modulus: Pointer,
  context: Pointer,
  montgomery: Pointer,
];

/** Or why there are none. */
export async function loadLibcryptoBignum(): Promise<LibcryptoBignum | NativeUnavailable> {
  const library = await loadNativeLibrary();
  return library.kind === "unavailable" ? library : bind(library);
}

function bind({ declare }: NativeLibrary): LibcryptoBignum | NativeUnavailable {
  const pointer = "uintptr_t";
  const six = Array.from({ length: 6 }, () => pointer);
  try {
    const exponentiate: CFunction = declare("BN_mod_exp_mont_consttime", "int", ...six);
    return {
      newNumber: declare("BN_new", pointer),
      clear: declare("BN_clear", "void", pointer),
      read: declare("BN_bin2bn", pointer, pointer, "int", pointer),
      write: declare("BN_bn2binpad", "int", pointer, pointer, "int"),
      newContext: declare("BN_CTX_new", pointer),
      newMontgomeryContext: declare("BN_MONT_CTX_new", pointer),
      setMontgomeryContext: declare("BN_MONT_CTX_set", "int", pointer, pointer, pointer),
      exponentiate,
    };
  } catch (error) {
    // A node that is linked with another library keeps these to itself.
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "unavailable", reason: `this node shows no OpenSSL: ${reason}` };
  }
}
