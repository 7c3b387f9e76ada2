/** What `skeyid run --pcap --keys` leaves of real negotiations is read by tshark and by `skeyid explain`. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { explainCommand } from "../../src/program/explain-command.ts";
import { PROCESS_TERMINAL } from "../../src/program/terminal.ts";
import { tshark, whyNoTshark } from "../support/tshark.ts";
import { CHARON } from "./charon.ts";
import { GATEWAY_ADDRESS as OURS, PEER_ADDRESS as PEER, whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { whyNoMachines } from "./router-machines.ts";
import { shownFlows } from "./sa-counters.ts";

const skip = whyNoMachines() ?? whyNoTshark();
const skipCharon = skip || (whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false);

describe("captures of skeyid run", { concurrency: 2 }, () => {
  it(
    "of a negotiation with strongSwan, PFS, ESP in UDP: every message and ICV is verified",
    {
      skip: skipCharon,
    },
    () =>
      Network.with(["ours", "peer"], async (network) => {
        prepare(network);
        const suite = { ike: "aes256-sha256-modp2048", esp: "aes256-sha256-modp2048" };
        const charon = await network.charon("peer", { ...suite, preSharedKey: KEY });
        const router = await network.router(
          "ours",
          configuration(
            "ours",
            " encr aes 256\n hash sha256\n group 14\n",
            "esp-aes 256 esp-sha256-hmac",
            " set pfs group14\n",
          ),
          ...recording(network),
        );
        await network.pingUntilAnswered("ours", "10.1.0.1", "10.2.0.1");
        assert.equal(network.ping("ours", "10.1.0.1", "10.2.0.1", 4), 4);
        assert.equal(network.ping("peer", "10.2.0.1", "10.1.0.1", 4), 4);
        const packets = await carried(network);
        charon.terminate();
        await network.console("ours", "clear crypto isakmp");
        await router.end("SIGTERM");
        await assertReadable(network, { packets, icv: "HMAC-SHA-256-128 [RFC4868]" });
      }),
  );

  it("of two routers of ours, AES-GCM, raw ESP: every message and ICV is verified", { skip }, () =>
    Network.with(["ours", "peer"], async (network) => {
      prepare(network);
      const policy = " encr aes\n group 5\n";
      const [router] = await Promise.all([
        network.router("ours", configuration("ours", policy, "esp-gcm"), ...recording(network)),
        network.router("peer", configuration("peer", policy, "esp-gcm")),
      ]);
      await network.pingUntilAnswered("ours", "10.1.0.1", "10.2.0.1");
      assert.equal(network.ping("ours", "10.1.0.1", "10.2.0.1", 4), 4);
      assert.equal(network.ping("peer", "10.2.0.1", "10.1.0.1", 4), 4);
      const packets = await carried(network);
      await router.end("SIGTERM");
      await assertReadable(network, { packets, icv: undefined });
    }),
  );
});

const KEY = "a-shared-secret";

function prepare(network: Network): void {
  network.wire(["ours", "wan0", `${OURS}/24`], ["peer", "wan0", `${PEER}/24`]);
  network.addresses("ours", "10.1.0.1/24");
  network.addresses("peer", "10.2.0.1/24");
  mkdirSync(join(network.folder, "wireshark"));
}

function recording(network: Network): readonly string[] {
  return ["--pcap", join(network.folder, "run.pcap"), "--keys", join(network.folder, "wireshark")];
}

/** Packets that we have counted, both ways: nine echoes and their answers, and what ping gave up waiting for. */
async function carried(network: Network): Promise<number> {
  const [flow] = shownFlows(await network.console("ours", "terminal length 0", "show crypto ipsec sa"));
  const packets = (flow?.encapsulated ?? 0) + (flow?.decapsulated ?? 0);
  assert.ok(packets >= 18, `${packets} packets`);
  return packets;
}

interface Expected {
  readonly packets: number;
  /** As tshark names it; undefined where the cipher authenticates itself. */
  readonly icv: string | undefined;
}

async function assertReadable({ folder }: Network, { packets, icv }: Expected): Promise<void> {
  const capture = join(folder, "run.pcap");
  const dissected = tshark(capture, folder, "-V");
  const count = (wanted: RegExp, within = dissected): number => [...within.matchAll(wanted)].length;
  // Who gets no answer for some seconds says the same again.
  const messages = dissected
    .split(/^(?=Frame \d)/m)
    .map((frame) => frame.replace(/^[\s\S]*?(?=^Internet Sec)/m, ""));
  const ike = [...new Set(messages)].join("");
  // MM5 and MM6 show who they come from only when decrypted, quick mode 1 and 2 what they are about.
  assert.equal(count(/Identification Data:192\.0\.2\.\d\n/g, ike), 2);
  assert.equal(count(/Identification Data:10\.[12]\.0\.0\/255\.255\.255\.0/g, ike), 4);
  assert.ok(count(/Payload: Delete \(12\)/g) > 0, "the Deletes at the end");
  assert.equal(count(/Encapsulating Security Payload/g), packets);
  if (icv !== undefined) assert.equal(count(/<([^>]+)> \[correct\]/g), packets);
  if (icv !== undefined) assert.ok(dissected.includes(`<${icv}>`), icv);
  const [answers = 0, echoes = 0] = ["icmp.type == 0", "icmp.type == 8"].map(
    (filter) => tshark(capture, folder, "-Y", filter).trim().split("\n").length,
  );
  assert.ok(answers >= 9 && echoes >= answers, `${answers} answers to ${echoes} echoes`);
  assert.equal(answers + echoes, packets);
  assert.doesNotMatch(dissected, /Malformed|\[incorrect/);

  const keys = ["ikev1_decryption_table", "esp_sa"].map((name) => join(folder, "wireshark", name));
  const told: string[] = [];
  const terminal = { ...PROCESS_TERMINAL, print: (lines: readonly string[]) => void told.push(...lines) };
  const files = keys.flatMap((name) => ["--keys", name]);
  assert.equal(await explainCommand([capture, ...files], terminal), 0);
  const summary = /(\d+) decrypted, (\d+) HASH verified, (\d+) ESP packets, (\d+) ICV verified/.exec(
    told.join(),
  );
  const [, decrypted, hashes, explained, icvs] = (summary ?? []).map(Number);
  assert.ok((decrypted ?? 0) > 5, `${decrypted} messages are decrypted`);
  assert.deepEqual([hashes, explained, icvs], [decrypted, packets, packets]);
}

function configuration(of: "ours" | "peer", policy: string, transforms: string, pfs = ""): string {
  const [own, other, ownNet, otherNet] = of === "ours" ? [OURS, PEER, 1, 2] : [PEER, OURS, 2, 1];
  return `hostname ${of}
crypto isakmp policy 1
${policy} authentication pre-share
 lifetime 3600
crypto isakmp key ${KEY} address ${other}
crypto ipsec transform-set t ${transforms}
crypto map vpn 10 ipsec-isakmp
 set peer ${other}
 set transform-set t
${pfs} match address 101
interface Ethernet0
 ip address ${own} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.${ownNet}.0.0 0.0.0.255 10.${otherNet}.0.0 0.0.0.255
`;
}
