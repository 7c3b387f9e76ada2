import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ipv4, ipv4FromNumber, ipv4FromOctets, ipv4Octets, ipv4ToNumber, parseIpv4 } from "./ip-address.ts";

fc.configureGlobal({ seed: 2409 });

describe("an IPv4 address", () => {
  it("is the same as text, number and octets", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (number) => {
        const text = ipv4FromNumber(number);
        assert.equal(parseIpv4(text), text);
        assert.equal(ipv4ToNumber(text), number);
        assert.equal(ipv4FromOctets(ipv4Octets(text)), text);
      }),
    );
    assert.equal(ipv4ToNumber(ipv4("172.16.172.10")), 0xac10ac0a);
  });

  it("is not read from anything else", () => {
    for (const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4 ",
      "1..3.4",
      "a.b.c.d",
      "-1.2.3.4",
    ])
      assert.equal(parseIpv4(text), undefined, text);
  });
});
