import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { octets } from "../../test/support/isakmp-arbitraries.ts";
import { fromHex, hex } from "../base/octets.ts";
import {
  iosVendorId,
  isIosVendorId,
  NAT_TRAVERSAL_VENDOR_IDS,
  recogniseVendorId,
  vendorIdOctets,
} from "./vendor-ids.ts";

fc.configureGlobal({ seed: 2409 });

interface Entry {
  readonly name: string;
  readonly vid: string;
  readonly derivation: string;
  readonly samples?: readonly { readonly cookie: string; readonly vid: string }[];
}

const VECTORS = new URL("../../test/vectors/vendor_ids.json", import.meta.url);
const entries: readonly Entry[] = JSON.parse(readFileSync(VECTORS, "utf8"));

for (const { name, vid } of entries) {
  if (!/^[0-9a-f]+X*$/.test(vid)) continue;
  test(`the vendor id ${name} is recognised, and not with an octet more, less or changed`, () => {
    const bytes = fromHex(
      vid === "3e984048" ? "3e984048101e66cc659fd002b0ed3655" : vid.replace("XXXX", "0407"),
    );
    assert.notEqual(recogniseVendorId(bytes), undefined);
    assert.equal(recogniseVendorId(bytes.slice(0, -1)), undefined);
    assert.equal(recogniseVendorId(Uint8Array.of(...bytes, 0)), undefined);
    const changed = bytes.slice();
    changed[0] = (bytes[0] ?? 0) ^ 1;
    assert.equal(recogniseVendorId(changed), undefined);
  });
}

test("vendor ids that are digests are those of the text they are named after", () => {
  const digests = entries.flatMap(({ vid, derivation }) => {
    const text = /^MD5\(['"](.+)['"]\)$/.exec(derivation)?.[1];
    return text === undefined ? [] : [{ vid, text: text.replace("\\n", "\n") }];
  });
  assert.ok(digests.length >= 20);
  for (const { vid, text } of digests)
    assert.equal(createHash("md5").update(text).digest("hex").slice(0, vid.length), vid, text);
});

test("NAT traversal's vendor ids are digests of their names", () => {
  for (const name of NAT_TRAVERSAL_VENDOR_IDS) {
    const digest = createHash("md5").update(name.replace("\\n", "\n")).digest("hex");
    assert.equal(hex(vendorIdOctets(name)), digest);
  }
});

test("versions and capabilities are told apart from the vendor id they follow", () => {
  assert.deepEqual(recogniseVendorId(fromHex("12f5f28c457168a9702d9fe274cc0100")), {
    name: "CISCO-UNITY",
    suffix: fromHex("0100"),
  });
  assert.deepEqual(recogniseVendorId(fromHex("4048b7d56ebce88525e7de7f00d6c2d3c0000000")), {
    name: "FRAGMENTATION",
    suffix: fromHex("c0000000"),
  });
  assert.equal(hex(vendorIdOctets("DPD", fromHex("0100"))), "afcad71368a1f1c96b8696fc77570100");
});

test("the vendor ids of two recorded IOS routers belong to their cookies", () => {
  const samples = entries.flatMap(({ samples: some }) => some ?? []);
  assert.equal(samples.length, 2);
  for (const { cookie, vid } of samples) {
    assert.ok(isIosVendorId(fromHex(vid), fromHex(cookie)));
    assert.equal(hex(iosVendorId(fromHex(cookie), fromHex(vid.slice(16)))), vid);
  }
});

test("an IOS vendor id is recognised with the cookie it was made for alone", () => {
  fc.assert(
    fc.property(octets(8), octets(8), octets(8), (cookie, other, last8) => {
      const vendorId = iosVendorId(cookie, last8);
      assert.ok(isIosVendorId(vendorId, cookie));
      assert.equal(isIosVendorId(vendorId, other), hex(cookie) === hex(other));
    }),
  );
});
