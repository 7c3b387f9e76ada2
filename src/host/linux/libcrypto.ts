/**
 * The ciphers and HMACs of the OpenSSL in the node executable. Unlike node:crypto they keep their context from packet to
 * packet, and work on octets where they lie. Pointers are numbers: of memory, made by `native-memory.ts`; of OpenSSL's own
 * objects, made by it. Functions return 1 for success.
 */
import {
  type Address,
  loadNativeLibrary,
  type NativeLibrary,
  type NativeUnavailable,
} from "./native-library.ts";

/** 0 is none. */
export type Pointer = number;

export interface Libcrypto {
  cipherByName(name: string): Pointer;
  digestByName(name: string): Pointer;
  newCipherContext(): Pointer;
  freeCipherContext(context: Pointer): void;
  /** `encrypt`: 1, 0, or -1 for what the context has. Cipher, key and IV may be 0 to keep what the context has. */
  cipherInit(
    context: Pointer,
    cipher: Pointer,
    engine: 0,
    key: Address,
    iv: Address,
    encrypt: 1 | 0 | -1,
  ): number;
  cipherSetPadding(context: Pointer, padding: 0 | 1): number;
  /** Sets several values at once: `parameters` is where an array of `OSSL_PARAM` is. */
  cipherSetParameters(context: Pointer, parameters: Address): number;
  cipherControl(context: Pointer, command: number, argument: number, pointer: Address): number;
  /** With `out` 0, `input` is associated data. */
  cipherUpdate(context: Pointer, out: Address, outLength: Address, input: Address, length: number): number;
  cipherFinal(context: Pointer, out: Address, outLength: Address): number;
  newHmacContext(): Pointer;
  freeHmacContext(context: Pointer): void;
  /** Key and digest 0: begins anew with the same ones. */
  hmacInit(context: Pointer, key: Address, keyLength: number, digest: Pointer, engine: 0): number;
  hmacUpdate(context: Pointer, input: Address, length: number): number;
  /** Writes a whole digest. */
  hmacFinal(context: Pointer, out: Address, outLength: Address): number;
}

let bound: Libcrypto | NativeUnavailable | undefined;

/** libcrypto, or why there is none. */
export async function loadLibcrypto(): Promise<Libcrypto | NativeUnavailable> {
  const library = await loadNativeLibrary();
  if (library.kind === "unavailable") return library;
  bound ??= bindLibcrypto(library);
  return bound;
}

function bindLibcrypto({ declare }: NativeLibrary): Libcrypto | NativeUnavailable {
  const pointer = "uintptr_t";
  try {
    return {
      cipherByName: declare("EVP_get_cipherbyname", pointer, "str"),
      digestByName: declare("EVP_get_digestbyname", pointer, "str"),
      newCipherContext: declare("EVP_CIPHER_CTX_new", pointer),
      freeCipherContext: declare("EVP_CIPHER_CTX_free", "void", pointer),
      cipherInit: declare("EVP_CipherInit_ex", "int", pointer, pointer, pointer, pointer, pointer, "int"),
      cipherSetPadding: declare("EVP_CIPHER_CTX_set_padding", "int", pointer, "int"),
      cipherSetParameters: declare("EVP_CIPHER_CTX_set_params", "int", pointer, pointer),
      cipherControl: declare("EVP_CIPHER_CTX_ctrl", "int", pointer, "int", "int", pointer),
      cipherUpdate: declare("EVP_CipherUpdate", "int", pointer, pointer, pointer, pointer, "int"),
      cipherFinal: declare("EVP_CipherFinal_ex", "int", pointer, pointer, pointer),
      newHmacContext: declare("HMAC_CTX_new", pointer),
      freeHmacContext: declare("HMAC_CTX_free", "void", pointer),
      hmacInit: declare("HMAC_Init_ex", "int", pointer, pointer, "int", pointer, pointer),
      hmacUpdate: declare("HMAC_Update", "int", pointer, pointer, "size_t"),
      hmacFinal: declare("HMAC_Final", "int", pointer, pointer, pointer),
    };
  } catch (error) {
    // A node that is linked with another library keeps these to itself.
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "unavailable", reason: `this node shows no OpenSSL: ${reason}` };
  }
}
