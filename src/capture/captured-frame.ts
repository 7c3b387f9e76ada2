/** One frame as a capture file has it. */
export interface CapturedFrame {
  /** From 1, as Wireshark counts. */
  readonly number: number;
  /** Since 1970. */
  readonly timestampMicroseconds: number;
  /** What the frame begins with: see `LINK_TYPE`. */
  readonly linkType: number;
  /** What was captured, which may be less than there was. */
  readonly bytes: Uint8Array;
  /** Octets that the frame had on the wire. */
  readonly originalLength: number;
}

/** Numbers of tcpdump.org's registry of link-layer header types. */
export const LINK_TYPE = {
  NULL: 0,
  ETHERNET: 1,
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;
