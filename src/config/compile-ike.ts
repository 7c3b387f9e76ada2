/** IKE's part of a configuration, and whether what its suites and keys need of each other is there. */
import type { AuthenticationMethod, Connection, IkePolicy, PreSharedKey, RsaPolicy } from "../ike/policy.ts";
import { type IpAddress, ipv4ToNumber } from "../net/ip-address.ts";
import { blockContains } from "../net/selector.ts";
import { compileAggressivePeers } from "./compile-aggressive-peers.ts";
import { compileRsa } from "./compile-rsa.ts";
import type { Configuration, IsakmpPolicySettings, IsakmpSettings, KeySettings } from "./configuration.ts";
import { DEFAULT_NAT_KEEPALIVE_SECONDS, DEFAULT_SUITE } from "./defaults.ts";
import type { Problems } from "./problem.ts";
import type { RsaKeyPair } from "./rsa-key-pair.ts";

export function compileIke(
  configuration: Configuration,
  connections: readonly Connection[],
  rsaKeys: readonly RsaKeyPair[],
  problems: Problems,
): IkePolicy {
  const { isakmp } = configuration;
  const hosts = hostsOf(configuration);
  const preSharedKeys = bySpecificity(isakmp.keys.map(compileKey));
  const rsa = compileRsa(configuration, rsaKeys, problems);
  checkSuites(configuration, connections, rsa, problems);
  const aggressivePeers = compileAggressivePeers(isakmp, hosts, rsa, problems);
  const keys = [...preSharedKeys, ...aggressivePeers.flatMap(({ key }) => (key === undefined ? [] : [key]))];
  checkKeys(keys, hosts, connections, isakmp, problems);
  checkAdmission(isakmp, connections, problems);
  if (!isakmp.enabled.value && connections.length > 0)
    problems.warning({
      kind: "incomplete",
      origin: isakmp.enabled.origin,
      message: "IKE is switched off, so no crypto map entry of type ipsec-isakmp gets keys.",
      advice: "Enter `crypto isakmp enable`.",
    });
  if (isakmp.identity.value === "dn" && rsa.certificates.length === 0)
    problems.note({
      kind: "without-effect",
      origin: isakmp.identity.origin,
      message: "There is no certificate of ours whose subject could be our identity: it is our address.",
      advice: "Enter a certificate below `crypto ca certificate chain`, or `crypto isakmp identity address`.",
    });
  return {
    enabled: isakmp.enabled.value,
    protectionSuites: [...isakmp.policies.map(compileSuite), DEFAULT_SUITE],
    preSharedKeys,
    // With a certificate the subject of that is said whatever is configured, and without one there is no distinguished name.
    identity: isakmp.identity.value === "hostname" ? "hostname" : "address",
    hostname: routerName(configuration),
    hosts,
    connections,
    aggressiveMode: !isakmp.aggressiveModeDisabled.value,
    aggressivePeers,
    invalidSpiRecovery: isakmp.invalidSpiRecovery.value,
    fragmentation: isakmp.fragmentation.value,
    deadPeerDetection: isakmp.deadPeerDetection?.value,
    natTransparency: configuration.natTransparency.value,
    rsa,
    admission: {
      // 0 is IOS's word for no limit.
      maximumSas: isakmp.maximumSas?.value === 0 ? undefined : isakmp.maximumSas,
      maximumInNegotiation: isakmp.maximumInNegotiation,
    },
    natKeepaliveSeconds: isakmp.natKeepaliveSeconds?.value ?? DEFAULT_NAT_KEEPALIVE_SECONDS,
  };
}

/** Names in lower case to addresses: `ip host` as IKE looks it up. */
export function hostsOf(configuration: Configuration): ReadonlyMap<string, readonly IpAddress[]> {
  return new Map(configuration.hosts.map(({ name, addresses }) => [name.toLowerCase(), addresses]));
}

/** Fully qualified where a domain name is configured. */
export function routerName({ hostname, domainName }: Configuration): string {
  return domainName === undefined ? hostname.value : `${hostname.value}.${domainName.value}`;
}

function compileSuite(policy: IsakmpPolicySettings): IkePolicy["protectionSuites"][number] {
  return {
    priority: policy.priority,
    encryption: policy.encryption.value,
    hash: policy.hash.value,
    authentication: policy.authentication.value,
    group: policy.group.value,
    lifetimeSeconds: policy.lifetimeSeconds.value,
    origin: policy.origin,
  };
}

function compileKey({ peer, key, origin }: KeySettings): PreSharedKey {
  return {
    peer: peer.kind === "hostname" ? { kind: "hostname", name: peer.name.toLowerCase() } : peer,
    key: key.text,
    origin,
  };
}

/** Keys for fewer addresses first; keys by name are for one host. */
function bySpecificity(keys: readonly PreSharedKey[]): PreSharedKey[] {
  const width = ({ peer }: PreSharedKey) =>
    peer.kind === "hostname" ? 0 : ipv4ToNumber(peer.block.wildcard);
  return [...keys].sort((a, b) => width(a) - width(b));
}

function checkSuites(
  { isakmp }: Configuration,
  connections: readonly Connection[],
  rsa: RsaPolicy,
  problems: Problems,
): void {
  for (const { priority, authentication, origin } of isakmp.policies) {
    const missing = missingFor(authentication.value, rsa);
    if (missing === undefined) continue;
    problems.warning({
      kind: "incomplete",
      origin: authentication.origin ?? origin,
      message: `ISAKMP policy ${priority} authenticates by ${authentication.value}, and there is ${missing.what}: it is never offered and never accepted.`,
      advice: `${missing.advice} Or enter \`authentication pre-share\` in this policy, and a \`crypto isakmp key\` for the peer.`,
    });
  }
  const methods = [...isakmp.policies.map(({ authentication }) => authentication.value), "rsa-sig" as const];
  const isUsable = methods.some((method) => missingFor(method, rsa) === undefined);
  if (connections.length === 0 || isUsable) return;
  problems.warning({
    kind: "incomplete",
    origin: connections[0]?.source.origin,
    message:
      isakmp.policies.length === 0
        ? "There is no `crypto isakmp policy`, and IOS's default policy authenticates by RSA signatures, for which there are no keys: nothing can be negotiated."
        : "No ISAKMP policy can be used: nothing can be negotiated.",
    advice: "Enter `crypto isakmp policy 10` and below it `authentication pre-share`.",
  });
}

/** What a method lacks with every peer. */
function missingFor(
  method: AuthenticationMethod,
  rsa: RsaPolicy,
): { readonly what: string; readonly advice: string } | undefined {
  if (method === "rsa-sig" && rsa.authorities.length === 0)
    return {
      what: "no certificate of an authority",
      advice: "Enter one with `certificate ca` below `crypto ca certificate chain`.",
    };
  if (method === "rsa-sig" && rsa.certificates.length === 0)
    return {
      what: "no certificate of ours whose private key is here",
      advice:
        "Enter `crypto key generate rsa`, and the certificate that an authority gives out for these keys.",
    };
  if (method === "rsa-encr" && rsa.encryptionKey === undefined)
    return { what: "no RSA key of ours that may decrypt", advice: "Enter `crypto key generate rsa`." };
  if (method === "rsa-encr" && rsa.peerKeys.length === 0)
    return {
      what: "no RSA public key of any peer",
      advice: "Enter the peer's below `crypto key pubkey-chain rsa`.",
    };
  return undefined;
}

/** A limit that shuts out peers of our own. */
function checkAdmission(
  { maximumSas }: IsakmpSettings,
  connections: readonly Connection[],
  problems: Problems,
): void {
  const peers = new Set(connections.flatMap((connection) => connection.peers)).size;
  if (maximumSas === undefined || maximumSas.value === 0 || maximumSas.value >= peers) return;
  problems.warning({
    kind: "wrong",
    origin: maximumSas.origin,
    message: `No more than ${maximumSas.value} ISAKMP SAs are allowed, and the crypto maps in use have ${peers} peers: some get none.`,
    advice: `Enter \`crypto call admission limit ike sa ${peers * 2}\` or more: each peer may need two for a while.`,
  });
}

function checkKeys(
  keys: readonly PreSharedKey[],
  hosts: ReadonlyMap<string, readonly IpAddress[]>,
  connections: readonly Connection[],
  { policies, aggressiveModeDisabled }: IsakmpSettings,
  problems: Problems,
): void {
  const keyIsFor = ({ peer }: PreSharedKey, address: IpAddress) =>
    peer.kind === "address"
      ? blockContains(peer.block, address)
      : hosts.get(peer.name)?.includes(address) === true;
  const peers = new Map(
    connections.flatMap(({ peers, source }) => peers.map((peer) => [peer, source.peers[0]?.origin] as const)),
  );
  const takesAnyPeer = connections.some((each) => each.isTemplate === true && each.peers.length === 0);
  // Under one of these names a peer of any address may begin aggressive mode.
  const mayBegin = !aggressiveModeDisabled.value && keys.some(({ peer }) => peer.kind === "hostname");
  if (policies.some(isPreShared))
    for (const [peer, origin] of peers)
      if (!keys.some((key) => keyIsFor(key, peer)))
        problems.add(mayBegin ? "note" : "warning", {
          kind: "incomplete",
          origin,
          message: `There is no pre-shared key for ${peer}: ${mayBegin ? "nothing is negotiated until it begins aggressive mode under a name with a key" : "no policy with pre-shared keys can be used with it"}.`,
          advice: `Enter \`crypto isakmp key KEY address ${peer}\`.`,
        });
  for (const key of keys) {
    const { peer, origin } = key;
    if (peer.kind === "hostname" && !hosts.has(peer.name)) {
      if (takesAnyPeer) continue;
      problems.note({
        kind: "without-effect",
        origin,
        message: `The address of ${peer.name} is unknown, so its pre-shared key is found only where it begins aggressive mode under this name.`,
        advice: `Enter \`ip host ${peer.name} A.B.C.D\` if it should be found in main mode.`,
      });
    } else if (!takesAnyPeer && ![...peers.keys()].some((address) => keyIsFor(key, address))) {
      problems.note({
        kind: "without-effect",
        origin,
        message: "No crypto map in use has a peer that this pre-shared key is for.",
        advice: "Remove the key, or enter `set peer` for its peer in a crypto map.",
      });
    }
  }
}

function isPreShared({ authentication }: IsakmpPolicySettings): boolean {
  return authentication.value === "pre-share";
}
