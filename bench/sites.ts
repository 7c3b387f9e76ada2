/** A hub and its many sites: what they are called and how they are configured, the hub as an IOS router or as charon. */

/** The network behind the hub. */
export const HUB_INSIDE = "10.1.0.1";
const PRE_SHARED_KEY = "a-shared-secret";

/** All addresses that sites have. */
export const SITE_ADDRESSES = "10.9.0.0/16";

export interface Site {
  readonly address: string;
  /** The first three octets of the network behind it. */
  readonly network: string;
}

/** `index` is below 32,000. */
export function siteOf(index: number): Site {
  return {
    address: `10.9.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    network: `10.${128 + Math.floor(index / 256)}.${index % 256}`,
  };
}

/** A router with one crypto map entry for each site, numbered from `first` on. */
export function hubConfiguration(address: string, sites: readonly Site[], group: number, first = 1): string {
  return [
    "hostname hub",
    ...protection(group),
    `crypto isakmp key ${PRE_SHARED_KEY} address 0.0.0.0 0.0.0.0`,
    ...sites.flatMap((site, i) => mapEntry(first + i, site.address, `site${first + i}`)),
    ...outside(address),
    ...sites.flatMap(({ network }, i) => [
      `ip access-list extended site${first + i}`,
      ` permit ip 10.1.0.0 0.0.255.255 ${network}.0 0.0.0.255`,
    ]),
    "",
  ].join("\n");
}

export function siteConfiguration({ address, network }: Site, hub: string, group: number): string {
  return [
    "hostname site",
    ...protection(group),
    `crypto isakmp key ${PRE_SHARED_KEY} address ${hub}`,
    ...mapEntry(1, hub, "hub"),
    ...outside(address),
    "ip access-list extended hub",
    ` permit ip ${network}.0 0.0.0.255 10.1.0.0 0.0.255.255`,
    "",
  ].join("\n");
}

/** The hub as strongSwan's swanctl.conf says it. */
export function charonHub(address: string, group: number): string {
  return `connections {
  hub {
    version = 1
    unique = never
    local_addrs = ${address}
    proposals = aes128-sha1-${group === 2 ? "modp1024" : "modp2048"}
    local {
      auth = psk
      id = ${address}
    }
    remote {
      auth = psk
    }
    children {
      net {
        local_ts = 10.1.0.0/16
        remote_ts = 10.128.0.0/9
        esp_proposals = aes128-sha1
      }
    }
  }
}
secrets {
  ike-1 {
    secret = ${PRE_SHARED_KEY}
  }
}
`;
}

function protection(group: number): readonly string[] {
  return [
    "crypto isakmp policy 1",
    " encr aes",
    " authentication pre-share",
    ` group ${group}`,
    "crypto ipsec transform-set t esp-aes esp-sha-hmac",
  ];
}

function mapEntry(sequence: number, peer: string, accessList: string): readonly string[] {
  return [
    `crypto map vpn ${sequence} ipsec-isakmp`,
    ` set peer ${peer}`,
    " set transform-set t",
    ` match address ${accessList}`,
  ];
}

function outside(address: string): readonly string[] {
  return ["interface Ethernet0", ` ip address ${address} 255.255.255.0`, " crypto map vpn"];
}
