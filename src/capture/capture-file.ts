/** Frames of a capture file, whichever format it has. */
import { Reader } from "../base/reader.ts";
import type { CapturedFrame } from "./captured-frame.ts";
import { isPcap, readPcap } from "./pcap.ts";
import { isPcapng, readPcapng } from "./pcapng.ts";

export type CaptureFormat = "pcap" | "pcapng";

/** Undefined where the first octets are those of neither format. */
export function captureFormat(bytes: Uint8Array): CaptureFormat | undefined {
  if (isPcap(bytes)) return "pcap";
  return isPcapng(bytes) ? "pcapng" : undefined;
}

/** The frames in order. Throws MalformedError where the file stops being a capture; the frames before are good. */
export function readFrames(bytes: Uint8Array): Generator<CapturedFrame> {
  switch (captureFormat(bytes)) {
    case "pcap":
      return readPcap(bytes);
    case "pcapng":
      return readPcapng(bytes);
    case undefined:
      return new Reader(bytes).fail("neither a pcap nor a pcapng file", "magic", 0);
  }
}
