/** Requests as iproute2 writes them, reports as Linux does: recorded messages. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { vectorFile } from "../../../../test/support/vector-file.ts";
import { fromHex, hex } from "../../../base/octets.ts";
import { ipv4 } from "../../../net/ip-address.ts";
import { ANY_ADDRESS, blockOf, host } from "../../../net/selector.ts";
import { attribute, attributesOf, decodeMessages, encodeMessage, withAttributes } from "./netlink-message.ts";
import { ANY_PORTS, SIZES, type XfrmSelector } from "./xfrm-layout.ts";
import { decodeReport } from "./xfrm-reports.ts";
import { addSa, deletePolicy, deleteSa, getSa, putPolicy, type XfrmSa } from "./xfrm-requests.ts";

fc.configureGlobal({ seed: 2409 });

const { messages } = vectorFile<{
  readonly messages: readonly { readonly what: string; readonly type: number; readonly body: string }[];
}>("xfrm_messages.json");

const A = ipv4("192.0.2.2");
const B = ipv4("192.0.2.1");
const BEFORE_A = blockOf(ipv4("10.2.0.0"), ipv4("255.255.255.0"));
const BEFORE_B = blockOf(ipv4("10.1.0.0"), ipv4("255.255.255.0"));
const KEY_20 = fromHex("000102030405060708090a0b0c0d0e0f10111213");

describe("a request is as iproute2 makes it", () => {
  it("for an SA with a cipher and an HMAC, in UDP, with limits", () => {
    const recorded = recordedLike("state add src 192.0.2.2");
    const request = addSa({
      ...{ source: A, destination: B, spi: 0x12345678, requestId: 7, mode: "tunnel" },
      selector: selectorOf({ source: BEFORE_A, destination: BEFORE_B }),
      suite: { encryption: "aes-128", integrity: "sha1" },
      encryptionKey: fromHex("202122232425262728292a2b2c2d2e2f"),
      integrityKey: KEY_20,
      lifetime: { softOctets: 100, hardOctets: 100_000, softPackets: 9, hardSeconds: 3660 },
      ...{ replayWindow: 64, numbersBeginAnew: false, clearsDontFragment: false },
      udpEncapsulation: { sourcePort: 4500, destinationPort: 4501 },
    } satisfies XfrmSa);
    assert.equal(request.type, recorded.type);
    assertSameContent(request.body, recorded.body, SIZES.sa);
  });

  it("for an SA with a cipher that authenticates, in transport mode, for a port", () => {
    const recorded = recordedLike("state add src 192.0.2.1");
    const { body } = addSa({
      ...{ source: B, destination: A, spi: 0x9abcdef0, requestId: 7, mode: "transport" },
      selector: selectorOf({
        ...{ protocol: 17, source: host(B), destination: host(A) },
        sourcePorts: { port: 1701, mask: 0xffff },
      }),
      suite: { encryption: "gcm-128", integrity: undefined },
      ...{ encryptionKey: KEY_20, integrityKey: new Uint8Array(), lifetime: {} },
      ...{ replayWindow: 64, numbersBeginAnew: false, clearsDontFragment: true, udpEncapsulation: undefined },
    });
    const ours = attributesOf(body.subarray(SIZES.sa));
    const theirs = attributesOf(recorded.body.subarray(SIZES.sa));
    assert.equal(hex(body.subarray(0, SIZES.sa)), hex(recorded.body.subarray(0, SIZES.sa)));
    for (const [type, value] of theirs) assert.equal(hex(ours.get(type) ?? new Uint8Array()), hex(value));
  });

  it("for policies with and without an SA, and their removal", () => {
    const [tunnel, transport, clear] = messages.filter(({ what }) => what.includes("policy update"));
    const made = [
      putPolicy({
        ...{ direction: "out", priority: 77, isBlocked: false },
        selector: selectorOf({ source: BEFORE_A, destination: BEFORE_B, device: 2 }),
        needs: [{ source: A, destination: B, protocol: "esp", mode: "tunnel", requestId: 7 }],
      }),
      putPolicy({
        ...{ direction: "out", priority: 78, isBlocked: false },
        selector: selectorOf({
          ...{ protocol: 6, sourcePorts: { port: 23, mask: 0xffff } },
          source: blockOf(ipv4("10.9.0.0"), ipv4("255.255.255.0")),
          destination: blockOf(ipv4("10.8.0.0"), ipv4("255.255.255.0")),
        }),
        needs: [{ source: A, destination: B, protocol: "esp", mode: "transport", requestId: 8 }],
      }),
      putPolicy({ direction: "in", priority: 76, selector: IKE, needs: [], isBlocked: false }),
    ];
    for (const [i, recorded] of [tunnel, transport, clear].entries()) {
      assert.equal(made[i]?.type, recorded?.type);
      assertSameContent(made[i]?.body, fromHex(recorded?.body ?? ""), SIZES.policy);
    }
    assert.equal(hex(deletePolicy("in", IKE).body), hex(recordedLike("policy delete").body));
  });

  it("for one SA, to be shown or deleted", () => {
    for (const [request, recorded] of [
      [getSa(B, "esp", 0x12345678), recordedLike("ip xfrm state get")],
      [deleteSa(B, "esp", 0x12345678), recordedLike("state delete")],
    ] as const) {
      assert.equal(request.type, recorded.type);
      assert.equal(hex(request.body), hex(recorded.body.subarray(0, SIZES.saId)));
    }
  });
});

describe("a report of Linux", () => {
  it("tells what an SA has carried", () => {
    const report = decodeReport(reportLike("the SA that was asked for"));
    assert.deepEqual(report, {
      kind: "sa",
      sa: {
        ...{ destination: B, protocol: "esp", spi: 0x12345678, requestId: 7 },
        usage: { octets: 4 * 84, packets: 4, sequenceNumber: 4, replayErrors: 0, icvErrors: 0 },
      },
    });
  });

  it("tells that an SA has reached a soft limit", () => {
    const report = decodeReport(reportLike("a soft limit is reached"));
    assert.ok(report?.kind === "expire" && !report.isHard, "a soft limit");
    assert.deepEqual([report.sa.spi, report.sa.usage.octets], [0x12345678, 2 * 84]);
  });

  it("tells which packet wants an SA, and by which policy", () => {
    assert.deepEqual(decodeReport(reportLike("a packet wants an SA")), {
      kind: "acquire",
      selector: selectorOf({
        ...{ protocol: 6, source: host(ipv4("10.9.0.1")), destination: host(ipv4("10.8.0.1")), device: 2 },
        ...{ sourcePorts: { port: 23, mask: 0xffff }, destinationPorts: { port: 80, mask: 0xffff } },
      }),
      policyPriority: 78,
    });
  });

  it("tells a policy, so that it can be removed", () => {
    const report = decodeReport(reportLike("a policy in a dump"));
    assert.ok(report?.kind === "policy", "a policy");
    assert.deepEqual([report.direction, report.priority], ["out", 78]);
  });

  it("is none where it is too short, whatever its type and octets", () => {
    const octets = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 0x10, max: 0x26 }), octets, (type, body) => {
        const report = decodeReport({ type, flags: 0, sequence: 0, body });
        assert.ok(report === undefined || body.length >= 64, "nothing is made of a stump");
      }),
    );
  });
});

describe("netlink's framing", () => {
  const body = fc.uint8Array({ maxLength: 50 });
  const number = fc.integer({ min: 0, max: 0xffff });

  it("gives back the messages that were put into it, one after the other", () => {
    const message = fc.record({ type: number, flags: number, sequence: number, body });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (list) => {
        const bytes = Uint8Array.from(list.flatMap((each) => [...encodeMessage(each)]));
        assert.deepEqual(
          decodeMessages(bytes).map((each) => ({ ...each, body: hex(each.body) })),
          list.map((each) => ({ ...each, body: hex(each.body) })),
        );
      }),
    );
  });

  it("gives back attributes by their type", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.integer({ min: 1, max: 99 }).map(String), body), (values) => {
        const entries = Object.entries(values);
        const bytes = withAttributes(
          new Uint8Array(),
          ...entries.map(([type, value]) => attribute(Number(type), value)),
        );
        const read = attributesOf(bytes);
        assert.equal(read.size, entries.length);
        for (const [type, value] of entries)
          assert.equal(hex(read.get(Number(type)) ?? new Uint8Array()), hex(value));
      }),
    );
  });

  it("reads any octets to some end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        for (const each of decodeMessages(octets)) attributesOf(each.body);
      }),
    );
  });
});

const IKE = selectorOf({ protocol: 17, destination: host(A), destinationPorts: { port: 500, mask: 0xffff } });

function selectorOf(fields: Partial<XfrmSelector>): XfrmSelector {
  return {
    ...{ protocol: 0, source: ANY_ADDRESS, destination: ANY_ADDRESS, device: 0 },
    ...{ sourcePorts: ANY_PORTS, destinationPorts: ANY_PORTS },
    ...fields,
  };
}

function recordedLike(text: string): { readonly type: number; readonly body: Uint8Array } {
  const { type, body } = messages.find(({ what }) => what.includes(text)) ?? assert.fail(text);
  return { type, body: fromHex(body) };
}

function reportLike(text: string) {
  return { ...recordedLike(text), flags: 0, sequence: 0 };
}

/** The fixed parts are the same, and the attributes, in whatever order. */
function assertSameContent(ours: Uint8Array | undefined, theirs: Uint8Array, fixed: number): void {
  const bytes = ours ?? assert.fail("nothing was made");
  assert.equal(hex(bytes.subarray(0, fixed)), hex(theirs.subarray(0, fixed)));
  const told = (octets: Uint8Array) =>
    [...attributesOf(octets.subarray(fixed))].map(([type, value]) => `${type} ${hex(value)}`).sort();
  assert.deepEqual(told(bytes), told(theirs));
}
