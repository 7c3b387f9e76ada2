/** Choices that work and should not be made: each told once, at its first line, with the better one. */
import type { Origin } from "../base/origin.ts";
import { type GroupId, isAuthenticated, isGmac } from "../crypto/names.ts";
import { isAny } from "./access-rules.ts";
import type { Configuration } from "./configuration.ts";
import type { Problems } from "./problem.ts";

/** A place where something weak is chosen: `ISAKMP policy 1`. */
interface Use {
  readonly where: string;
  readonly origin: Origin | undefined;
}

export function findWeaknesses(configuration: Configuration, problems: Problems): void {
  for (const { what, advice, uses } of weakChoices(configuration)) {
    const [first, ...others] = uses;
    if (first === undefined) continue;
    const also = others.length === 0 ? "" : `, and ${others.map((use) => use.where).join(", ")}`;
    problems.warning({
      kind: "weak",
      origin: first.origin,
      message: `${what} (${first.where}${also}).`,
      advice,
    });
  }
  findWeakKeys(configuration, problems);
}

function weakChoices(configuration: Configuration): { what: string; advice: string; uses: Use[] }[] {
  const { transformSets } = configuration;
  const policyUses = (attribute: "encryption" | "hash" | "group", value: string | number): Use[] =>
    configuration.isakmp.policies
      .filter((policy) => policy[attribute].value === value)
      .map((policy) => ({
        where: `ISAKMP policy ${policy.priority}`,
        origin: policy[attribute].origin ?? policy.origin,
      }));
  const setUses = (isWeak: (set: (typeof transformSets)[number]) => boolean): Use[] =>
    transformSets.filter(isWeak).map(({ name, origin }) => ({ where: `transform set ${name}`, origin }));
  const pfsUses = (group: GroupId): Use[] =>
    [...configuration.cryptoMaps, ...configuration.dynamicMaps].flatMap(({ name, entries }) =>
      entries
        .filter((entry) => entry.pfsGroup?.value === group)
        .map((entry) => ({ where: `crypto map ${name} ${entry.sequence}`, origin: entry.pfsGroup?.origin })),
    );
  return [
    {
      what: "DES has 56-bit keys, which are found by trying",
      advice: "Use AES: `encryption aes 256` in the policy, `esp-aes 256` in the transform set.",
      uses: [...policyUses("encryption", "des"), ...setUses((set) => set.encryption === "des")],
    },
    {
      what: "MD5 is broken as a hash and weak as an HMAC",
      advice: "Use SHA-2: `hash sha256` in the policy, `esp-sha256-hmac` in the transform set.",
      uses: [
        ...policyUses("hash", "md5"),
        ...setUses((set) => set.integrity === "md5" || set.ah === "ah-md5-hmac"),
      ],
    },
    ...WEAK_GROUPS.map(([group, bits]) => ({
      what: `Diffie-Hellman group ${group} has ${bits} bits, which is too few`,
      advice: `Use group 14 or 19 in place of group ${group}: \`group 14\` in the policy, \`set pfs group14\` in the crypto map.`,
      uses: [...policyUses("group", group), ...pfsUses(group)],
    })),
    {
      what: "ESP does not encrypt",
      advice: "Add `esp-aes 256` to the transform set if what it carries is to stay private.",
      uses: setUses(
        ({ encryption = "null", integrity }) =>
          isGmac(encryption) || (encryption === "null" && integrity !== undefined),
      ),
    },
    {
      what: "ESP encrypts without protecting from change, which lets an attacker decrypt by trying",
      advice: "Add `esp-sha256-hmac` to the transform set.",
      uses: setUses(
        ({ encryption = "null", integrity, ah }) =>
          encryption !== "null" && !isAuthenticated({ encryption, integrity }) && ah === undefined,
      ),
    },
  ];
}

function findWeakKeys({ isakmp }: Configuration, problems: Problems): void {
  const short = isakmp.keys.find(({ key }) => key.text.length < GOOD_KEY_LENGTH);
  if (short !== undefined)
    problems.warning({
      kind: "weak",
      origin: short.origin,
      message: `A pre-shared key is shorter than ${GOOD_KEY_LENGTH} characters and can be guessed.`,
      advice: "Use a key of 20 random characters or more.",
    });
  const wildcard = isakmp.keys.find(({ peer }) => peer.kind === "address" && isAny(peer.block));
  if (wildcard !== undefined)
    problems.warning({
      kind: "weak",
      origin: wildcard.origin,
      message: "A pre-shared key is for every address: whoever knows it can pass for any peer.",
      advice: "Enter a key for each peer: `crypto isakmp key KEY address A.B.C.D`.",
    });
}

const WEAK_GROUPS: readonly (readonly [GroupId, number])[] = [
  [1, 768],
  [2, 1024],
  [5, 1536],
];

/** Characters. Twelve random ones of 64 are 72 bits, which is about what an attacker with a recorded exchange may try. */
const GOOD_KEY_LENGTH = 12;
