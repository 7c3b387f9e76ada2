/** Which of the public keys entered by hand is a peer's: by its address, or by who it says it is. */
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { type IpAddress, ipv4FromOctets } from "../../net/ip-address.ts";
import type { IkePolicy, PeerRsaKey } from "../policy.ts";
import { ID_FQDN, ID_IPV4_ADDR } from "./identity.ts";

/** For the address itself, or for a name that `ip host` gives this address. */
export function findPeerRsaKey(policy: IkePolicy, peer: IpAddress): PeerRsaKey | undefined {
  const { peerKeys } = policy.rsa;
  return (
    peerKeys.find(({ address }) => address === peer) ?? peerKeys.find((key) => isNamed(policy, key, peer))
  );
}

export function findRsaKeyByIdentity(policy: IkePolicy, id: Identification): PeerRsaKey | undefined {
  return policy.rsa.peerKeys.find((key) => isRsaKeyOf(policy, key, id));
}

/** Whether whoever holds the key may say that it is this. */
export function isRsaKeyOf(policy: IkePolicy, key: PeerRsaKey, { idType, data }: Identification): boolean {
  if (idType === ID_FQDN) return key.name === new TextDecoder().decode(data).toLowerCase();
  if (idType !== ID_IPV4_ADDR || data.length !== 4) return false;
  const address = ipv4FromOctets(data);
  return key.address === address || isNamed(policy, key, address);
}

function isNamed(policy: IkePolicy, { name }: PeerRsaKey, address: IpAddress): boolean {
  return name !== undefined && policy.hosts.get(name)?.includes(address) === true;
}
