/** scapy as an independent AH: it opens what our data plane seals and the other way round, alone and around ESP, in both modes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { hex } from "../../src/base/octets.ts";
import type { HashName, SaSuite } from "../../src/crypto/names.ts";
import { DataPlane } from "../../src/ipsec/data-plane.ts";
import { host, selectorOfRule } from "../../src/net/selector.ts";
import {
  A,
  at,
  B,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  seededRandom,
  udpPacket,
  WAN,
} from "../support/data-plane-fixtures.ts";
import { outputsOf } from "../support/data-plane-outputs.ts";

const SCAPY = "/usr/lib/python3/dist-packages/scapy";
const skip = existsSync(SCAPY) ? false : "needs scapy: apt-get install python3-scapy";
const HASHES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
const WITHIN = { encryption: "3des", integrity: "md5" } as const;

interface Answer {
  readonly opened: readonly string[];
  readonly sealed: readonly string[];
}

describe("scapy's AH", { skip }, () => {
  for (const mode of ["tunnel", "transport"] as const)
    for (const isBundle of [false, true])
      it(`and ours read each other: ${isBundle ? "AH around ESP" : "AH alone"} in ${mode} mode`, () => {
        for (const hash of HASHES) {
          const suite: SaSuite = isBundle ? WITHIN : { ah: hash };
          const [near, far] = mode === "tunnel" ? [NET_A, NET_B] : [host(A), host(B)];
          const selector = selectorOfRule(rule("permit", near, far));
          const pair = keyedPair({ suite, ah: isBundle ? hash : undefined, mode, selector });
          const between = mode === "tunnel" ? {} : { source: A, destination: B };
          const clear = [0, 1, 57, 1200].map((length) =>
            udpPacket(length, { ...between, identification: 99 }),
          );
          const a = plane(A, B, rule("permit", near, far));
          a.install(at(0), pair.outboundA);
          for (const packet of clear) a.outbound(at(0), WAN, packet);
          const sealed = outputsOf(a.drain(), "transmit").map(({ bytes }) => hex(bytes));
          assert.equal(sealed.length, clear.length);
          const { ah, spi, integrityKey, encryptionKey } = pair.outboundA;
          const esp = {
            ...{ spi, hash: WITHIN.integrity, key: hex(integrityKey.reveal()) },
            ...{ cipher: "3DES", cipherKey: hex(encryptionKey.reveal()) },
          };
          const answer = asked({
            ...{ hash, spi: ah?.spi ?? spi, key: hex((ah?.key ?? integrityKey).reveal()) },
            tunnel: mode === "tunnel" ? [A, B] : null,
            ...{ sealed, clear: clear.map(hex) },
            ...(isBundle ? { esp } : {}),
          });
          assert.deepEqual(answer.opened, clear.map(hex), `${hash}: scapy reads ours`);
          const b = plane(B, A, rule("permit", far, near));
          b.install(at(0), pair.inboundB);
          for (const packet of answer.sealed) b.inboundAh(at(0), WAN, Buffer.from(packet, "hex"));
          const read = outputsOf(b.drain(), "receive").map(({ bytes }) => hex(bytes));
          assert.deepEqual(read, clear.map(hex), `${hash}: we read scapy's`);
        }
      });
});

function plane(localAddress: typeof A, peer: typeof A, permit: ReturnType<typeof rule>): DataPlane {
  const policy = policyOf([mapEntry([permit], { peers: [peer] })], { localAddress });
  return new DataPlane({ policy, random: seededRandom(9), holdPackets: false });
}

function asked(question: object): Answer {
  const program = fileURLToPath(new URL("./scapy-ah.py", import.meta.url));
  const input = `${JSON.stringify(question)}\n`;
  return JSON.parse(execFileSync("/usr/bin/python3", [program], { input, encoding: "utf8" }));
}
