/**
 * `show crypto isakmp sa` and `show crypto ipsec sa` against Examples 13-4 and 13-6 of the IPsec chapter. Restored, because
 * the printed page has lost it: indentation (see ipsec-sa.ts), the second space of `local  ident`, and columns of 15 for
 * the addresses of ISAKMP SAs.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, INITIATOR, isakmpSa, RESPONDER, sa, view } from "../../../test/support/case-study-views.ts";
import type { SaView } from "../../ipsec/view.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { showIpsecSa } from "./ipsec-sa.ts";
import { showIpsecSaByAddress } from "./ipsec-sa-addresses.ts";
import { showIsakmpSa } from "./isakmp-sa.ts";
import { showIsakmpSaDetail } from "./isakmp-sa-detail.ts";

test("the ISAKMP SA of the case study is listed at both ends as in the chapter", () => {
  assert.deepEqual(showIsakmpSa(view([isakmpSa(A, B)], [])), [
    "dst             src             state          conn-id    slot",
    "172.16.172.20   172.16.172.10   QM_IDLE        1          0",
  ]);
  assert.deepEqual(
    showIsakmpSa(view([isakmpSa(B, A)], []))[1],
    "172.16.172.10   172.16.172.20   QM_IDLE        1          0",
  );
});

test("without ISAKMP SAs the heading stands alone, and the longest values leave a space between columns", () => {
  assert.deepEqual(showIsakmpSa(view([], [])), [
    "dst             src             state          conn-id    slot",
  ]);
  const long = isakmpSa(ipv4("192.168.100.100"), ipv4("192.168.200.200"));
  const [, line] = showIsakmpSa(
    view([{ ...long, state: "MM_KEY_EXCH", sa: { ...long.sa, connId: 4294967295 } }], []),
  );
  assert.equal(line, "192.168.200.200 192.168.100.100 MM_KEY_EXCH    4294967295 0");
});

test("in detail ISAKMP SAs tell what was agreed on, as IOS 12.4 does", () => {
  const own = isakmpSa(A, B);
  const capabilities = { deadPeerDetection: true, natTraversal: true, fragmentation: false };
  const lines = showIsakmpSaDetail(
    view(
      [
        { ...own, capabilities },
        { ...own, state: "MM_NO_STATE", encryption: undefined, hash: undefined },
      ],
      [],
    ),
  );
  assert.equal(
    lines[7],
    "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.",
  );
  assert.match(
    lines[9] ?? "",
    /^1 {5}172\.16\.172\.10 {3}172\.16\.172\.20 {10}ACTIVE (?:3?des) {1,2}(?:md5|sha) {4}\S* +\d+ +\S+ +DN$/,
  );
  assert.equal(lines[10], "       Engine-id:Conn-id =  SW:1");
  assert.doesNotMatch(lines[12] ?? "", /ACTIVE|des/);
});

test("the IPsec SAs of the initiator are listed as in Example 13-4", () => {
  assert.equal(showIpsecSa(view([], [INITIATOR])).join("\n"), EXAMPLE_13_4);
});

test("the IPsec SAs of the responder are listed as in Example 13-6", () => {
  assert.equal(showIpsecSa(view([], [RESPONDER])).join("\n"), EXAMPLE_13_6);
});

test("a flow without SAs has all its sections, empty, and SPI 0", () => {
  const lines = showIpsecSa(view([], [{ ...INITIATOR, peer: undefined, inbound: [], outbound: [] }]));
  assert.ok(lines.includes("   current_peer: 0.0.0.0"));
  assert.ok(lines.includes("     current outbound spi: 0"));
  assert.deepEqual(lines.slice(lines.indexOf("     inbound esp sas:")), [
    "     inbound esp sas:",
    "",
    "     inbound ah sas:",
    "",
    "     inbound pcp sas:",
    "",
    "     outbound esp sas:",
    "",
    "     outbound ah sas:",
    "",
    "     outbound pcp sas:",
  ]);
});

test("while SAs are replaced all are listed, and the newest outbound one is current", () => {
  const renewed = sa(0x11223344, 2032, 4, 4608000, 3600);
  const [old] = INITIATOR.outbound;
  assert.ok(old);
  const lines = showIpsecSa(view([], [{ ...INITIATOR, outbound: [old, renewed] }]));
  assert.ok(lines.includes("     current outbound spi: 11223344"));
  assert.ok(lines.includes("      spi: 0xEB84DC85(3951352965)"));
  assert.ok(lines.includes("      spi: 0x11223344(287454020)"));
});

test("interface and map are named once above their flows", () => {
  const second = { ...INITIATOR, selector: { ...INITIATOR.selector, protocol: 17 } };
  const elsewhere = { ...INITIATOR, interfaceName: "Serial0", mapName: "other" };
  const lines = showIpsecSa(view([], [INITIATOR, second, elsewhere]));
  const headings = lines.filter((line) => /^interface:|^ {4}Crypto map tag:|^ {3}local {2}ident/.test(line));
  assert.deepEqual(headings, [
    "interface: Ethernet1/0",
    "    Crypto map tag: vpn, local addr. 172.16.172.10",
    "   local  ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)",
    "   local  ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/17/0)",
    "interface: Serial0",
    "    Crypto map tag: other, local addr. 172.16.172.10",
    "   local  ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)",
  ]);
});

test("a filter leaves what concerns a peer, an interface or a map", () => {
  const elsewhere = { ...INITIATOR, interfaceName: "Serial0", mapName: "other", peer: ipv4("192.0.2.9") };
  const both = view([], [INITIATOR, elsewhere]);
  for (const filter of [{ peer: B }, { interfaceName: "Ethernet1/0" }, { mapName: "vpn" }])
    assert.deepEqual(showIpsecSa(both, filter), showIpsecSa(view([], [INITIATOR])));
  assert.deepEqual(showIpsecSa(both, { mapName: "none" }), ["", "No SAs found"]);
});

test("transport mode, AES and null encryption are told as such", () => {
  const aes: SaView = {
    ...sa(4096, 1, 1, 0, 0),
    suite: { encryption: "aes-256", integrity: "sha1" },
    mode: "transport",
    ivLength: 16,
  };
  const none: SaView = {
    ...sa(4097, 2, 2, 0, 0),
    suite: { encryption: "null", integrity: "md5" },
    ivLength: 0,
    replayDetection: false,
  };
  const lines = showIpsecSa(view([], [{ ...INITIATOR, inbound: [aes], outbound: [none] }]));
  for (const line of [
    "        transform: esp-aes 256 esp-sha-hmac ,",
    "        in use settings ={Transport, }",
    "        IV size: 16 bytes",
    "        transform: esp-null esp-md5-hmac ,",
    "        IV size: 0 bytes",
    "        replay detection support: N",
  ])
    assert.ok(lines.includes(line), line);
});

test("through a NAT the SAs are told to be in UDP, and the peer by its port too", () => {
  const udpEncapsulation = { localPort: 4500, remotePort: 1024 };
  const [tunnel, transport] = [
    { ...sa(4096, 1, 1, 0, 0), udpEncapsulation },
    { ...sa(4097, 2, 2, 0, 0), udpEncapsulation, mode: "transport" } as const,
  ];
  const lines = showIpsecSa(view([], [{ ...INITIATOR, inbound: [tunnel], outbound: [transport] }]));
  for (const line of [
    "   current_peer: 172.16.172.20:1024",
    "        in use settings ={Tunnel UDP-Encaps, }",
    "        in use settings ={Transport UDP-Encaps, }",
  ])
    assert.ok(lines.includes(line), line);
});

test("by identity, flows are listed without their SAs", () => {
  const whole = showIpsecSa(view([], [INITIATOR]));
  const end = whole.findIndex((line) => line.includes("local crypto endpt."));
  assert.deepEqual(showIpsecSa(view([], [INITIATOR]), {}, { withoutSas: true }), whole.slice(0, end - 1));
});

test("by address, SAs are listed below where their packets go", () => {
  const lines = showIpsecSaByAddress(view([], [INITIATOR]));
  assert.deepEqual(
    lines.filter((line) => /dest address|protocol:|spi:/.test(line)),
    [
      "dest address: 172.16.172.10",
      "   protocol: ESP",
      "      spi: 0x8EAB0B22(2393574178)",
      "dest address: 172.16.172.20",
      "   protocol: ESP",
      "      spi: 0xEB84DC85(3951352965)",
    ],
  );
  assert.deepEqual(showIpsecSaByAddress(view([], [])), ["", "No SAs found"]);
});

const EXAMPLE_13_4 = `
interface: Ethernet1/0
    Crypto map tag: vpn, local addr. 172.16.172.10

   local  ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)
   remote ident (addr/mask/prot/port): (10.1.2.0/255.255.255.0/0/0)
   current_peer: 172.16.172.20
     PERMIT, flags={origin_is_acl,}
    #pkts encaps: 4, #pkts encrypt: 4, #pkts digest 4
    #pkts decaps: 4, #pkts decrypt: 4, #pkts verify 4
    #pkts compressed: 0, #pkts decompressed: 0
    #pkts not compressed: 0, #pkts compr. failed: 0, #pkts decompress failed: 0
    #send errors 6, #recv errors 0

     local crypto endpt.: 172.16.172.10, remote crypto endpt.: 172.16.172.20
     path mtu 1500, media mtu 1500
     current outbound spi: EB84DC85

     inbound esp sas:
      spi: 0x8EAB0B22(2393574178)
        transform: esp-3des esp-md5-hmac ,
        in use settings ={Tunnel, }
        slot: 0, conn id: 2029, flow_id: 1, crypto map: vpn
        sa timing: remaining key lifetime (k/sec): (4607998/3347)
        IV size: 8 bytes
        replay detection support: Y

     inbound ah sas:

     inbound pcp sas:

     outbound esp sas:
      spi: 0xEB84DC85(3951352965)
        transform: esp-3des esp-md5-hmac ,
        in use settings ={Tunnel, }
        slot: 0, conn id: 2030, flow_id: 2, crypto map: vpn
        sa timing: remaining key lifetime (k/sec): (4607999/3347)
        IV size: 8 bytes
        replay detection support: Y

     outbound ah sas:

     outbound pcp sas:`;

const EXAMPLE_13_6 = `
interface: Ethernet1/0
    Crypto map tag: vpn, local addr. 172.16.172.20

   local  ident (addr/mask/prot/port): (10.1.2.0/255.255.255.0/0/0)
   remote ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)
   current_peer: 172.16.172.10
     PERMIT, flags={origin_is_acl,}
    #pkts encaps: 4, #pkts encrypt: 4, #pkts digest 4
    #pkts decaps: 4, #pkts decrypt: 4, #pkts verify 4
    #pkts compressed: 0, #pkts decompressed: 0
    #pkts not compressed: 0, #pkts compr. failed: 0, #pkts decompress failed: 0
    #send errors 0, #recv errors 0

     local crypto endpt.: 172.16.172.20, remote crypto endpt.: 172.16.172.10
     path mtu 1500, media mtu 1500
     current outbound spi: 8EAB0B22

     inbound esp sas:
      spi: 0xEB84DC85(3951352965)
        transform: esp-3des esp-md5-hmac ,
        in use settings ={Tunnel, }
        slot: 0, conn id: 2029, flow_id: 1, crypto map: vpn
        sa timing: remaining key lifetime (k/sec): (4607998/3326)
        IV size: 8 bytes
        replay detection support: Y

     inbound ah sas:

     inbound pcp sas:

     outbound esp sas:
      spi: 0x8EAB0B22(2393574178)
        transform: esp-3des esp-md5-hmac ,
        in use settings ={Tunnel, }
        slot: 0, conn id: 2030, flow_id: 2, crypto map: vpn
        sa timing: remaining key lifetime (k/sec): (4607999/3326)
        IV size: 8 bytes
        replay detection support: Y

     outbound ah sas:

     outbound pcp sas:`;
