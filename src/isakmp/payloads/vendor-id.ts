/** Vendor ID payload (RFC 2408 §3.16, figure 17). What it means: `recogniseVendorId`. */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";

export interface VendorId {
  readonly kind: "VID";
  readonly vendorId: Uint8Array;
}

export function decodeVendorId(reader: Reader): VendorId {
  return { kind: "VID", vendorId: reader.rest("vendorId") };
}

export function encodeVendorId(writer: Writer, payload: VendorId): void {
  writer.bytes(payload.vendorId);
}
