/** Entropy as an argument. Draws are named, so that a recorded negotiation can be replayed by answering each by name. */
export interface Random {
  /** `length` unpredictable octets. */
  bytes(purpose: RandomPurpose, length: number): Uint8Array;
}

export type RandomPurpose =
  | "initiator cookie"
  | "responder cookie"
  | "dh private"
  | "nonce"
  | "stranger's key"
  | "message id"
  | "dpd sequence number"
  | "spi"
  | "iv"
  | "jitter"
  | "padding"
  | "vendor id"
  | "ip identification"
  | "rsa padding"
  | "rsa substitute"
  | "rsa key"
  | "password salt";
