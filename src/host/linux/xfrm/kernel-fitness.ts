/** Whether this kernel's IPsec can carry what a configuration protects; tried, not asked: kernels differ in what they have. */
import type { RouterPolicy } from "../../../config/router-policy.ts";
import {
  describeSuite,
  espKeyLength,
  HASHES,
  isAh,
  protocolOf,
  type SaSuite,
} from "../../../crypto/names.ts";
import { suitesOf } from "../../../crypto/transform-set.ts";
import { ipv4 } from "../../../net/ip-address.ts";
import { ANY_ADDRESS, blocksOverlap } from "../../../net/selector.ts";
import type { Libc } from "../libc.ts";
import { readSysctl } from "../machine-changes.ts";
import { describeOsError, isOsError } from "../os-error.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { OWN_NUMBERS } from "./own-numbers.ts";
import { policyPlan } from "./policy-plan.ts";
import { ANY_PORTS } from "./xfrm-layout.ts";
import { addSa, deleteSa } from "./xfrm-requests.ts";

/**
 * Undefined if it can; otherwise why not, in one line. `devices` are those of interfaces with a crypto map. An SA of each
 * suite is made and taken away at once.
 */
export function whyNotKernel(
  libc: Libc,
  { ipsec, interfaces }: RouterPolicy,
  devices: readonly string[],
): string | undefined {
  for (const device of ["all", ...devices])
    for (const name of ["disable_xfrm", "disable_policy"].map((each) => `net/ipv4/conf/${device}/${each}`))
      if (readSysctl(name) === "1") return `sysctl ${name} is 1`;
  const plan = policyPlan(ipsec);
  if (plan.kind === "impossible") return plan.reason;
  const mistaken = mistakenForAnswers({ ipsec, interfaces });
  if (mistaken !== undefined) return mistaken;
  if (interfaces.some(({ adjustMss }) => adjustMss !== undefined)) return "it does not adjust the MSS of TCP";
  const kernel = NetlinkSocket.open(libc);
  if (isOsError(kernel)) return describeOsError(kernel);
  try {
    const sets = ipsec.interfaces.flatMap(({ entries }) =>
      entries.flatMap(({ transformSets }) => transformSets),
    );
    const suites = [...sets.flatMap(suitesOf), SIMPLEST];
    const named = new Map(suites.map((suite) => [describeSuite(suite), suite]));
    for (const [name, suite] of named) {
      const refusal = kernel.do(addSa(trialSa(suite)), `the kernel's ${name}`);
      if (refusal !== undefined) return describeOsError(refusal);
      kernel.do(deleteSa(NOWHERE, protocolOf(suite), TRIAL_SPI), "a trial SA");
    }
    return undefined;
  } finally {
    kernel.close();
  }
}

/**
 * The kernel tells packets that come in not by their interface: what the hosts at another one send would have to come protected,
 * where a permit line leads to them too. Undefined where that is nowhere so.
 */
export function mistakenForAnswers({
  ipsec,
  interfaces,
}: Pick<RouterPolicy, "ipsec" | "interfaces">): string | undefined {
  const others = interfaces.filter(
    ({ name, up }) =>
      up && !name.startsWith("Loopback") && ipsec.interfaces.every((mapped) => mapped.name !== name),
  );
  for (const { accessListName, rules } of ipsec.interfaces.flatMap(({ entries }) => entries))
    for (const { action, selector } of rules) {
      const met = others.find(({ prefix }) => blocksOverlap(prefix, selector.remote));
      if (action === "permit" && met !== undefined)
        return `access list ${accessListName} leads to the hosts at ${met.name}, too, and it does not tell packets apart by the interface they came by`;
    }
  return undefined;
}

function trialSa(suite: SaSuite) {
  const [cipher, hash] = isAh(suite) ? (["null", suite.ah] as const) : [suite.encryption, suite.integrity];
  const anything = { protocol: 0, source: ANY_ADDRESS, destination: ANY_ADDRESS, device: 0 };
  return {
    ...{ source: NOWHERE, destination: NOWHERE, spi: TRIAL_SPI, requestId: OWN_NUMBERS },
    mode: "tunnel",
    selector: { ...anything, sourcePorts: ANY_PORTS, destinationPorts: ANY_PORTS },
    suite,
    // Of random octets: some ciphers refuse keys that are all zero.
    encryptionKey: crypto.getRandomValues(new Uint8Array(espKeyLength(cipher))),
    integrityKey: new Uint8Array(hash === undefined ? 0 : HASHES[hash].length),
    lifetime: { hardSeconds: 1 },
    replayWindow: 64,
    numbersBeginAnew: false,
    clearsDontFragment: false,
    udpEncapsulation: undefined,
  } as const;
}

/** Asked for even where no transform set is. */
const SIMPLEST: SaSuite = { encryption: "null", integrity: "sha1" };
/** For documentation (RFC 5737): nobody's. */
const NOWHERE = ipv4("192.0.2.255");
const TRIAL_SPI = 0x736b_6579;
