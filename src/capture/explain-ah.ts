/**
 * Explains AH packets (RFC 2402 §2): whose they are and what they carry, which anybody can read. No key file has keys for
 * AH, so that the ICV is told and not checked. ESP within is explained as ESP.
 */
import { MalformedError } from "../base/errors.ts";
import { Reader } from "../base/reader.ts";
import { PROTOCOL } from "../net/protocols.ts";
import type { EspExplainer, EspPacketInCapture } from "./explain-esp.ts";
import type { AhEntry, EspEntry, MalformedEntry } from "./explanation.ts";
import { innerPacketText } from "./inner-packet.ts";
import { endpointText } from "./traffic.ts";

export class AhExplainer {
  readonly #esp: EspExplainer;

  constructor(esp: EspExplainer) {
    this.#esp = esp;
  }

  /** The packet, and the ESP packet that it is around if it is. */
  explain(packet: EspPacketInCapture): readonly (AhEntry | EspEntry | MalformedEntry)[] {
    const { bytes, addresses, missing, frame, timeMicroseconds } = packet;
    const place = { frame, timeMicroseconds, ...endpointText(addresses) };
    try {
      const reader = new Reader(bytes, { name: "AH" });
      const nextHeader = reader.u8("nextHeader");
      const words = reader.u8("payloadLength");
      // In words of four octets, less two (RFC 2402 §2.2).
      const icvLength = (words + 2) * 4 - FIXED_LENGTH;
      if (icvLength < 0) reader.fail(`${words + 2} words are less than the header`, "payloadLength", 1);
      reader.u16("reserved");
      const spi = reader.u32("spi");
      if (spi === 0) reader.fail("SPI 0 is reserved", "spi", FIXED_LENGTH - 8);
      const sequenceNumber = reader.u32("sequenceNumber");
      reader.bytes("icv", icvLength);
      const inside = reader.rest("payload");
      const isAroundEsp = nextHeader === PROTOCOL.ESP;
      const entry: AhEntry = {
        kind: "ah",
        ...place,
        spi: `0x${spi.toString(16).padStart(8, "0")}`,
        sequenceNumber,
        length: bytes.length,
        icvLength,
        inner: isAroundEsp ? "ESP" : missing > 0 ? undefined : innerPacketText(nextHeader, inside),
        innerProblem: isAroundEsp || missing === 0 ? undefined : `${missing} octets were not captured`,
      };
      return isAroundEsp ? [entry, this.#esp.explain({ ...packet, bytes: inside })] : [entry];
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      const { reason, path, offset } = error;
      return [{ kind: "malformed", ...place, problem: { reason, path, offset } }];
    }
  }
}

/** What precedes the ICV: next header, length, reserved, SPI, sequence number. */
const FIXED_LENGTH = 12;
