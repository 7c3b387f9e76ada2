/** The cryptography of one SA on octets that libcrypto can reach. Addresses go with the octets that they are of. */
export interface NativeSuite {
  /** `EspTransforms.seal`; `address` is that of `start`. */
  seal(octets: Uint8Array, start: number, end: number, address: number): void;
  /** `EspTransforms.open`; `address` is that of `start`, `to` that of `target` at `at`. */
  open(
    octets: Uint8Array,
    start: number,
    end: number,
    address: number,
    target: Uint8Array,
    at: number,
    to: number,
  ): boolean;
  free(): void;
}
