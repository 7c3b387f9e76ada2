/** Names of interfaces as IOS knows them, in full and abbreviated: `e0/0`, `fa 0/1`, `Loopback0`. */
import type { ValueType } from "./grammar.ts";

interface InterfaceType {
  readonly name: string;
  readonly help: string;
  /** Made by configuration alone, so that `no interface` removes it. */
  readonly isVirtual?: true;
  /** Least abbreviations that name it although another type begins with them too. */
  readonly preferred?: readonly string[];
}

const TYPES: readonly InterfaceType[] = [
  { name: "ATM", help: "ATM interface" },
  { name: "Async", help: "Async interface" },
  { name: "BRI", help: "ISDN Basic Rate Interface" },
  { name: "BVI", help: "Bridge-Group Virtual Interface", isVirtual: true },
  { name: "Cellular", help: "Cellular WAN interface" },
  { name: "Dialer", help: "Dialer interface", isVirtual: true },
  { name: "Embedded-Service-Engine", help: "cisco embedded service engine module" },
  { name: "Ethernet", help: "IEEE 802.3", preferred: ["e"] },
  { name: "FastEthernet", help: "FastEthernet IEEE 802.3", preferred: ["f"] },
  { name: "Fddi", help: "ANSI X3T9.5" },
  { name: "GigabitEthernet", help: "GigabitEthernet IEEE 802.3z", preferred: ["g"] },
  { name: "Group-Async", help: "Async Group interface", isVirtual: true },
  { name: "Hssi", help: "High Speed Serial Interface" },
  { name: "Loopback", help: "Loopback interface", isVirtual: true },
  { name: "Multilink", help: "Multilink-group interface", isVirtual: true },
  { name: "Null", help: "Null interface", isVirtual: true },
  { name: "Port-channel", help: "Ethernet Channel of interfaces", isVirtual: true },
  { name: "POS", help: "Packet over SONET" },
  { name: "Serial", help: "Serial" },
  { name: "TenGigabitEthernet", help: "Ten Gigabit Ethernet", preferred: ["te"] },
  { name: "TokenRing", help: "IEEE 802.5" },
  { name: "Tunnel", help: "Tunnel interface", isVirtual: true },
  { name: "Virtual-Access", help: "Virtual Access interface", isVirtual: true },
  { name: "Virtual-Template", help: "Virtual Template interface", isVirtual: true },
  { name: "Vlan", help: "Catalyst Vlans", isVirtual: true },
];

/** The canonical name, `Ethernet0/0`, of what may be abbreviated and spaced; undefined where it names no one interface. */
export function parseInterfaceName(text: string): string | undefined {
  const found = /^([a-z-]+)\s?(\d{1,5}(?:\/\d{1,5}){0,3}(?:\.\d{1,10})?(?::\d{1,5})?)$/i.exec(text);
  const type = typeOf(found?.[1] ?? "");
  return type === undefined || found?.[2] === undefined ? undefined : `${type.name}${found[2]}`;
}

export function isVirtualInterface(name: string): boolean {
  return typeOf(/^[A-Za-z-]+/.exec(name)?.[0] ?? "")?.isVirtual === true;
}

export const INTERFACE_NAME: ValueType<string> = {
  placeholder: "INTERFACE",
  extent: "word or two",
  isSecret: false,
  domain: { kind: "interface" },
  samples: TYPES.map(({ name, help }) => ({ text: name, help })),
  parse: parseInterfaceName,
  print: (name) => name,
};

function typeOf(abbreviation: string): InterfaceType | undefined {
  const wanted = abbreviation.toLowerCase();
  if (wanted === "") return undefined;
  const candidates = TYPES.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  return (
    candidates.find(({ name }) => name.toLowerCase() === wanted) ??
    candidates.find(({ preferred }) => preferred?.includes(wanted)) ??
    (candidates.length === 1 ? candidates[0] : undefined)
  );
}
