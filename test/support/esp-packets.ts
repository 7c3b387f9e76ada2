/** ESP packets in octets of their own, sealed and opened one by one. */
import {
  type EspHeader,
  type OpenedEsp,
  openEsp,
  payloadOffset,
  sealEsp,
  sealedLength,
} from "../../src/ipsec/esp.ts";
import { ESP_HEADER_LENGTH, type EspTransforms } from "../../src/ipsec/esp-transforms.ts";
import { HEAP_SPACE } from "../../src/ipsec/packet-space.ts";
import { PlaintextRoom } from "../../src/ipsec/plaintext-room.ts";

export function sealed(
  transforms: EspTransforms,
  header: EspHeader,
  iv: Uint8Array,
  payload: Uint8Array,
  nextHeader: number,
): Uint8Array {
  const octets = new Uint8Array(sealedLength(transforms, payload.length));
  octets.set(iv, ESP_HEADER_LENGTH);
  octets.set(payload, payloadOffset(transforms));
  sealEsp(transforms, header, octets, 0, payload.length, nextHeader);
  return octets;
}

/** An ESP packet whose plaintext, trailer included, is given. */
export function sealedPlaintext(
  transforms: EspTransforms,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const textAt = payloadOffset(transforms);
  const octets = new Uint8Array(textAt + plaintext.length + transforms.icvLength);
  octets.set(iv, ESP_HEADER_LENGTH);
  octets.set(plaintext, textAt);
  transforms.seal(octets, 0, octets.length);
  return octets;
}

/** What `openEsp` says, with the payload in place of where it is. */
export function opened(transforms: EspTransforms, esp: Uint8Array): Unopened | Opened {
  const room = new PlaintextRoom(HEAP_SPACE);
  const result = openEsp(transforms, esp, room);
  if (result.kind !== "opened") return result;
  const { payloadAt, payloadEnd, ...rest } = result;
  return { ...rest, payload: room.bytes.subarray(payloadAt, payloadEnd) };
}

type Place = "payloadAt" | "payloadEnd";
type Unopened = Exclude<OpenedEsp, { kind: "opened" }>;
type Opened = Omit<Extract<OpenedEsp, { kind: "opened" }>, Place> & { readonly payload: Uint8Array };
