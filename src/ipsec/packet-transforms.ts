/** The cryptography of packets: what a data plane makes an SA's transforms with. */
import type { AhTransformsFactory } from "./ah-transforms.ts";
import type { EspTransformsFactory } from "./esp-transforms.ts";
import { nodeAhTransforms } from "./node-ah-transforms.ts";
import { nodeTransforms } from "./node-transforms.ts";

export interface PacketTransforms {
  readonly esp: EspTransformsFactory;
  readonly ah: AhTransformsFactory;
}

/** By crypto/: on every machine that Node runs on. */
export const NODE_TRANSFORMS: PacketTransforms = { esp: nodeTransforms, ah: nodeAhTransforms };
