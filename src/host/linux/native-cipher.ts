/** The cipher of one direction of an SA on octets that libcrypto can reach, with an IV before the text. */
/** IV and text are in `octets` from `at` to `end`; `at` is `address`. */
export interface NativeCipher {
  /** In place. */
  seal(octets: Uint8Array, at: number, end: number, address: number): void;
  /** Writes as much to `to`: the plaintext, and before it, as long as the IV, what is worth nothing. */
  open(octets: Uint8Array, at: number, end: number, address: number, to: number): void;
  free(): void;
}
