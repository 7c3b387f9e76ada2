/**
 * Listings that tools read field by field, as TextFSM's templates for `cisco_ios` do: every line is of a known shape, and what
 * stands in its fields is what the view has.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { A, B, INITIATOR, isakmpSa, sa, view } from "../../../test/support/case-study-views.ts";
import { instant } from "../../base/time.ts";
import { showCryptoSession } from "./crypto-session.ts";
import { showIpsecSaDetail } from "./ipsec-sa-detail.ts";
import { showIsakmpSa } from "./isakmp-sa.ts";

fc.configureGlobal({ seed: 2409 });

/** A line of one of the shapes, with its fields by name; a line that has none is an error, as it is to the tools. */
function fieldsOf(lines: readonly string[], shapes: readonly RegExp[]): Record<string, string>[] {
  return lines.flatMap((line) => {
    if (line.trim() === "") return [];
    const found = shapes.map((shape) => shape.exec(line)).find((match) => match !== null);
    assert.ok(found !== undefined && found !== null, `no shape for: ${line}`);
    return [{ ...found.groups }];
  });
}

function merged(fields: readonly Record<string, string>[]): Record<string, string> {
  return Object.assign({}, ...fields);
}

const DETAIL = [
  /^interface:\s+(?<interface>\S+)$/,
  /^\s*Crypto map tag:\s+(?<map>\S+),\s+local addr\s+(?<local>\S+)$/,
  /^\s*protected vrf:\s+\S+$/,
  /^\s*(local|remote)\s+ident\s+\(addr\/mask\/prot\/port\):\s+\((?:\S+\/){3}\d+\)$/,
  /^\s*current_peer\s+(?<peer>\S+)\s+port\s+(?<port>\d+)$/,
  /^\s*PERMIT, flags=\{.*\}$/,
  /^\s*#pkts encaps: (?<encaps>\d+), #pkts encrypt: \d+, #pkts digest: \d+$/,
  /^\s*#pkts decaps: (?<decaps>\d+), #pkts decrypt: \d+, #pkts verify: \d+$/,
  /^\s*#pkts (?:not )?compressed: \d+, #pkts (?:decompressed|compr\. failed): \d+$/,
  /^\s*#pkts not decompressed: \d+, #pkts decompress failed: \d+$/,
  /^\s*#pkts no sa \(send\) (?<noSa>\d+), #pkts invalid sa \(rcv\) \d+$/,
  /^\s*#pkts encaps failed \(send\) (?<tooBig>\d+), #pkts decaps failed \(rcv\) \d+$/,
  /^\s*#pkts invalid prot \(recv\) (?<clear>\d+), #pkts verify failed: (?<badIcv>\d+)$/,
  /^\s*#pkts invalid identity \(recv\) (?<identity>\d+), #pkts invalid len \(rcv\) (?<malformed>\d+)$/,
  /^\s*#pkts replay rollover \(send\): (?<rollover>\d+), #pkts replay rollover \(rcv\) \d+$/,
  /^\s*##pkts replay failed \(rcv\): (?<replayed>\d+)$/,
  /^\s*#pkts internal err \(send\): \d+, #pkts internal err \(recv\) \d+$/,
  /^\s*local crypto endpt\.: \S+, remote crypto endpt\.: \S+$/,
  /^\s*plaintext mtu (?<plaintext>\d+), path mtu (?<path>\d+), ip mtu \d+, ip mtu idb \S+$/,
  /^\s*current outbound spi: 0x[\dA-F]+\((?<current>\d+)\)$/,
  /^\s*(inbound|outbound) (esp|ah|pcp) sas:$/,
  /^\s*spi: 0x[\dA-F]+\((?<spi>\d+)\)$/,
  /^\s*transform:\s+\S.*\s,$/,
  /^\s*in use settings =\{.+,\s\}$/,
  /^\s*conn id: (?<connId>\d+), flow_id: \S+, sibling_flags \w+, crypto map: \S+$/,
  /^\s*sa timing: remaining key lifetime \(k\/sec\): \((?<kilobytes>\d+)\/(?<seconds>\d+)\)$/,
  /^\s*IV size: \d+ bytes$/,
  /^\s*replay detection support: [YN]\s+replay window size: (?<window>\d+)$/,
  /^\s*Status: ACTIVE$/,
];

test("show crypto ipsec sa detail gives its fields back, whatever was counted and lost", () => {
  const count = fc.nat(0xffffffff);
  const drops = fc.record({
    ...{ "no sa": count, "too big": count, "not protected": count, "bad icv": count },
    ...{ "selector mismatch": count, malformed: count, "sequence number exhausted": count, replayed: count },
  });
  fc.assert(
    fc.property(
      drops,
      count,
      count,
      fc.integer({ min: 256, max: 0xffffffff }),
      (lost, encaps, decaps, spi) => {
        const counters = { ...INITIATOR.counters, encapsulated: encaps, decapsulated: decaps, drops: lost };
        const inbound = [{ ...sa(spi, 2001, 1, 4_607_999, 3599), replayWindow: 1024 }];
        const flow = { ...INITIATOR, counters, inbound, outbound: [], plaintextMtu: 1422 };
        const fields = merged(fieldsOf(showIpsecSaDetail(view([], [flow])), DETAIL));
        assert.deepEqual(fields, {
          ...{ interface: "Ethernet1/0", map: "vpn", local: A, peer: B, port: "500" },
          ...{ encaps: String(encaps), decaps: String(decaps), plaintext: "1422", path: "1500" },
          ...{
            noSa: String(lost["no sa"]),
            tooBig: String(lost["too big"]),
            clear: String(lost["not protected"]),
          },
          ...{ badIcv: String(lost["bad icv"]), identity: String(lost["selector mismatch"]) },
          ...{ malformed: String(lost.malformed), rollover: String(lost["sequence number exhausted"]) },
          ...{ replayed: String(lost.replayed), current: "0", spi: String(spi), connId: "2001" },
          ...{ kilobytes: "4607999", seconds: "3599", window: "1024" },
        });
      },
    ),
  );
});

test("AH and ESP, UDP and several flows have no lines of another shape", () => {
  const udpEncapsulation = { localPort: 4500, remotePort: 1024 };
  const outbound = [
    { ...sa(4096, 2001, 2, 0, 0), suite: { ah: "sha1" } as const, udpEncapsulation },
    { ...sa(4097, 2003, 2, 0, 0), udpEncapsulation, mode: "transport" as const },
  ];
  const lines = showIpsecSaDetail(view([], [{ ...INITIATOR, outbound }, INITIATOR]));
  const fields = fieldsOf(lines, DETAIL);
  assert.deepEqual(
    fields.flatMap(({ port }) => (port === undefined ? [] : [port])),
    ["1024", "500"],
  );
  assert.equal(lines.filter((line) => line.startsWith("interface:")).length, 1, "one interface");
  assert.deepEqual(showIpsecSaDetail(view([], [])), ["", "No SAs found"]);
});

const SESSION = [
  /^Crypto session current status$/,
  /^(Code:|K -|X -)/,
  /^Interface: (?<interface>\S+)$/,
  /^Session status: (?<status>\S+)$/,
  /^Uptime: (?<uptime>\S+)$/,
  /^Peer: (?<peer>\S+) port (?<port>\d+) fvrf: \S+ ivrf: \S+$/,
  /^\s+Desc: \S+$/,
  /^\s+Phase1_id: (?<identity>\S+)$/,
  /^\s+IKEv1 SA: local \S+\/\d+ remote \S+\/\d+ (?<ike>\S+)$/,
  /^\s+Capabilities:(?<capabilities>\S+) connid:(?<connId>\d+) lifetime:(?<lifetime>\S+)$/,
  /^\s+IPSEC FLOW: permit (?<protocol>\S+) \S+\/\S+ \S+\/\S+$/,
  /^\s+Active SAs: (?<sas>\d+), origin: (?<origin>.+)$/,
  /^\s+(Inbound|Outbound):\s+#/,
];

test("show crypto session detail gives its fields back", () => {
  const established = {
    ...isakmpSa(A, B),
    ...{ establishedAt: instant(0), expiresAt: instant(86_400_000), identity: "172.16.172.20" },
  };
  const later = { ...view([established], [INITIATOR]), now: instant(61_000) };
  assert.deepEqual(merged(fieldsOf(showCryptoSession(later, { detail: true }), SESSION)), {
    ...{ interface: "Ethernet1/0", status: "UP-ACTIVE", uptime: "00:01:01", peer: B, port: "500" },
    ...{ identity: "172.16.172.20", ike: "Active", capabilities: "(none)", connId: "1" },
    ...{ lifetime: "23:58:59", protocol: "ip", sas: "2", origin: "crypto map" },
  });
});

test("show crypto isakmp sa gives its columns back", () => {
  const [, row = ""] = showIsakmpSa(view([isakmpSa(A, B)], []));
  assert.deepEqual(row.split(/\s+/), [B, A, "QM_IDLE", "1", "0"]);
});
