import assert from "node:assert/strict";
import { it } from "node:test";
import { at, keyedPair } from "../../test/support/data-plane-fixtures.ts";
import { Secret } from "../crypto/secret.ts";
import type { KeyedSa } from "../ike/engine-contract.ts";
import { ipv4 } from "../net/ip-address.ts";
import { saParameters } from "./sa-parameters.ts";

it("nothing of an SA that IKE has keyed is lost on its way to IPsec", () => {
  const { installedAt: _, ...rest } = keyedPair().inboundA;
  const sa: KeyedSa = {
    ...rest,
    isInitiator: true,
    udpEncapsulation: { localPort: 4500, remotePort: 20_000 },
    peerMayMove: true,
    ah: { hash: "sha1", spi: 0x1000, pairSpi: 0x2000, key: new Secret(new Uint8Array(20)), connId: 2031 },
    originalAddresses: { source: ipv4("10.0.0.1"), destination: ipv4("10.0.0.2") },
  };
  assert.deepEqual(saParameters(sa, at(7)), { ...sa, installedAt: at(7) });
});
