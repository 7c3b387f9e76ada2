/** A NAT gives a peer another port or address: its ESP says so, and SAs follow what is authentic and new (RFC 3947 §7). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A,
  at,
  B,
  HOST_A,
  HOST_B,
  keyedPair,
  POLICY_A,
  POLICY_B,
  seededRandom,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import type { EspSuite } from "../crypto/names.ts";
import { type Endpoint, ipv4, ipv4FromNumber } from "../net/ip-address.ts";
import { parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { u16At, u32At } from "../net/words.ts";
import { DataPlane } from "./data-plane.ts";
import type { SaParameters } from "./security-association.ts";

const FROM_A = udpPacket();
const FROM_B = udpPacket(56, { source: HOST_B, destination: HOST_A });
const HOME: Endpoint = { address: A, port: 5500 };
const ELSEWHERE: Endpoint = { address: A, port: 6600 };
const FAR: Endpoint = { address: ipv4("198.51.100.9"), port: 6600 };

describe("a peer behind a NAT that its ESP shows elsewhere", () => {
  it("is followed by all SAs that were with it, and IKE is told", () => {
    for (const to of [ELSEWHERE, FAR]) {
      const ends = pairOfEnds();
      assert.deepEqual(ends.sendsTo(), HOME);
      ends.receive(ends.sealed(), to);
      const outputs = ends.b.drain();
      assert.equal(outputsOf(outputs, "receive").length, 1);
      const move = { localAddress: B, from: HOME, to };
      assert.deepEqual(outputsOf(outputs, "peer-moved"), [{ kind: "peer-moved", ...move }]);
      assert.deepEqual(eventsOf(outputs, "encapsulation-moved"), [{ kind: "encapsulation-moved", ...move }]);
      assert.deepEqual(ends.sendsTo(), to);
      // Once: from there nothing is news.
      ends.receive(ends.sealed(), to);
      assert.deepEqual(outputsOf(ends.b.drain(), "peer-moved"), []);
    }
  });

  it("is not followed by what is forged, repeated or older than what came before", () => {
    const ends = pairOfEnds();
    const [first, second, third] = [ends.sealed(), ends.sealed(), ends.sealed()];
    const forged = second.slice();
    forged[30] = (forged[30] ?? 0) ^ 1;
    ends.receive(forged, ELSEWHERE);
    assert.deepEqual(ends.sendsTo(), HOME);
    ends.receive(third, HOME);
    for (const late of [third, second, first]) ends.receive(late, ELSEWHERE);
    assert.deepEqual(ends.sendsTo(), HOME);
  });

  it("is not followed where it cannot have moved, or nothing is authenticated", () => {
    for (const options of [
      { peerMayMove: false },
      { suite: { encryption: "aes-128", integrity: undefined } as const },
    ]) {
      const ends = pairOfEnds(options);
      ends.receive(ends.sealed(), ELSEWHERE);
      const outputs = ends.b.drain();
      assert.deepEqual([outputsOf(outputs, "receive").length, outputsOf(outputs, "peer-moved")], [1, []]);
      assert.deepEqual(ends.sendsTo(), HOME);
    }
  });

  it("is removed by its new address, and not by the old one", () => {
    const ends = pairOfEnds();
    ends.receive(ends.sealed(), FAR);
    ends.b.remove(at(0), A, ends.inboundSpi, "inbound", "peer deleted");
    assert.equal(ends.b.view(at(0)).flows[0]?.outbound.length, 1);
    ends.b.remove(at(0), FAR.address, ends.inboundSpi, "inbound", "peer deleted");
    assert.deepEqual(ends.b.view(at(0)).flows[0]?.outbound, []);
  });

  it("is followed where IKE has noticed it, and others at the same address are left alone", () => {
    const ends = pairOfEnds();
    ends.b.movePeer({ localAddress: B, from: { ...HOME, port: 1 }, to: ELSEWHERE });
    assert.deepEqual(ends.sendsTo(), HOME);
    ends.b.movePeer({ localAddress: B, from: HOME, to: ELSEWHERE });
    assert.deepEqual(outputsOf(ends.b.drain(), "peer-moved"), []);
    assert.deepEqual(ends.sendsTo(), ELSEWHERE);
  });
});

/** A behind a NAT; B knows it by `HOME`. */
function pairOfEnds({
  suite,
  peerMayMove = true,
}: {
  readonly suite?: EspSuite;
  readonly peerMayMove?: boolean;
} = {}) {
  const pair = keyedPair(suite === undefined ? {} : { suite });
  const plane = (policy: typeof POLICY_A, remotePort: number, sas: readonly SaParameters[]) => {
    const made = new DataPlane({ policy, random: seededRandom(1), holdPackets: false });
    for (const sa of sas)
      made.install(at(0), { ...sa, peerMayMove, udpEncapsulation: { localPort: 4500, remotePort } });
    made.drain();
    return made;
  };
  const a = plane(POLICY_A, 4500, [pair.inboundA, pair.outboundA]);
  const b = plane(POLICY_B, HOME.port, [pair.inboundB, pair.outboundB]);
  return {
    b,
    inboundSpi: pair.inboundB.spi,
    /** ESP from A. */
    sealed: (): Uint8Array => {
      a.outbound(at(0), WAN, FROM_A);
      const [sent] = outputsOf(a.drain(), "transmit");
      const packet = sent && parseIpv4Packet(sent.bytes);
      assert.ok(packet?.protocol === PROTOCOL.UDP, "ESP in UDP");
      return packet.payload.slice(8);
    },
    receive: (esp: Uint8Array, { address: source, port: sourcePort }: Endpoint): void =>
      b.inboundEncapsulated(
        at(0),
        WAN,
        { source, sourcePort, destination: B, protocol: PROTOCOL.ESP, typeOfService: 0 },
        esp,
        0,
        esp.length,
      ),
    /** Where B sends to. */
    sendsTo: (): Endpoint => {
      b.drain();
      b.outbound(at(0), WAN, FROM_B);
      const [sent] = outputsOf(b.drain(), "transmit");
      assert.ok(sent !== undefined, "it is sent");
      return { address: ipv4FromNumber(u32At(sent.bytes, 16)), port: u16At(sent.bytes, 22) };
    },
  };
}
