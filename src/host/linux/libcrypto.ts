/**
 * The ciphers and HMACs of the OpenSSL in the node executable. Unlike node:crypto they keep their context from packet to
 * packet, and work on octets where they lie. Pointers are numbers: of memory, made by `native-memory.ts`; of OpenSSL's own
 * objects, made by it. Functions return 1 for success, unless they say otherwise.
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
  /** As `cipherInit` for encryption, with what each packet needs. */
  cipherBegin(context: Pointer, cipher: 0, key: 0, iv: Address): number;
  cipherSetPadding(context: Pointer, padding: 0 | 1): number;
  /** Set and give several values at once: `parameters` is where an array of `OSSL_PARAM` is. */
  cipherSetParameters(context: Pointer, parameters: Address): number;
  cipherGetParameters(context: Pointer, parameters: Address): number;
  cipherControl(context: Pointer, command: number, argument: number, pointer: Address): number;
  /**
   * Encrypts or decrypts; with `out` 0, `input` is associated data. Gives `length`; less where it fails. Octets that make no whole block
   * are not kept for the next call as EVP_CipherUpdate does, which takes an argument more, and each costs.
   */
  cipher(context: Pointer, out: Address, input: Address, length: number): number;
  cipherFinal(context: Pointer, out: Address, outLength: Address): number;
  newHmacContext(): Pointer;
  freeHmacContext(context: Pointer): void;
  /** Key and digest 0: begins anew with the same ones. */
  hmacInit(context: Pointer, key: Address, keyLength: number, digest: Pointer): number;
  hmacUpdate(context: Pointer, input: Address, length: number): number;
  /** Writes a whole digest; its length is not asked for. */
  hmacFinal(context: Pointer, out: Address, outLength: 0): number;
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
      cipherBegin: declare("EVP_EncryptInit", "int", pointer, pointer, pointer, pointer),
      cipherSetPadding: declare("EVP_CIPHER_CTX_set_padding", "int", pointer, "int"),
      cipherSetParameters: declare("EVP_CIPHER_CTX_set_params", "int", pointer, pointer),
      cipherGetParameters: declare("EVP_CIPHER_CTX_get_params", "int", pointer, pointer),
      cipherControl: declare("EVP_CIPHER_CTX_ctrl", "int", pointer, "int", "int", pointer),
      cipher: declare("EVP_Cipher", "int", pointer, pointer, pointer, "uint"),
      cipherFinal: declare("EVP_CipherFinal_ex", "int", pointer, pointer, pointer),
      newHmacContext: declare("HMAC_CTX_new", pointer),
      freeHmacContext: declare("HMAC_CTX_free", "void", pointer),
      hmacInit: declare("HMAC_Init", "int", pointer, pointer, "int", pointer),
      hmacUpdate: declare("HMAC_Update", "int", pointer, pointer, "size_t"),
      hmacFinal: declare("HMAC_Final", "int", pointer, pointer, pointer),
    };
  } catch (error) {
    // A node that is linked with another library keeps these to itself.
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "unavailable", reason: `this node shows no OpenSSL: ${reason}` };
  }
}
