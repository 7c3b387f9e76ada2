/** The mode of a crypto map entry, and of an entry of a dynamic map: peers, transform sets, PFS, lifetimes, and what to protect. */
import { type CryptoMapEntrySettings, isSamePeer } from "../../config/configuration.ts";
import type { ReverseRouteSettings } from "../../config/crypto-map-settings.ts";
import { newCryptoMapEntry } from "../../config/defaults.ts";
import type { GroupId } from "../../crypto/names.ts";
import type { IdleTime } from "../../ipsec/policy.ts";
import { keeping, keptIn, keptPhrase } from "../keeping.ts";
import { possible } from "../lenses.ts";
import { type Place, type Statement, statementsAt } from "../mode.ts";
import { choice, flag, oneOf, optional, repeated, value, word } from "../sentence.ts";
import { ADDRESS, HOST_NAME, LINE, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { entryOf, withDynamicMap, withEntry, withMap } from "./crypto-map-settings.ts";
import { IDLE_SECONDS, LIFETIME_KILOBYTES, LIFETIME_SECONDS } from "./ipsec.ts";
import { groupChoice } from "./isakmp.ts";
import { DISABLE, disabledOf, REPLAY_HELP, WINDOW_SIZE, windowSizeOf } from "./replay-checking.ts";

export type EntryPlace = { readonly sequence: number } & (
  | { readonly name: string }
  | { readonly dynamicMap: string }
);

export const ENTRY_PLACE: Place<CryptoMapEntrySettings, EntryPlace> = {
  read: ({ cryptoMaps, dynamicMaps }, place) => {
    const map =
      "name" in place
        ? cryptoMaps.find(({ name }) => name === place.name)
        : dynamicMaps.find(({ name }) => name === place.dynamicMap);
    return entryOf(map, place.sequence) ?? newCryptoMapEntry(place.sequence, undefined);
  },
  write: (configuration, place, entry) =>
    "name" in place
      ? withMap(configuration, place.name, (map) => withEntry(map, entry))
      : withDynamicMap(configuration, place.dynamicMap, (map) => withEntry(map, entry)),
};

export const entrySetting = statementsAt(ENTRY_PLACE);

export const DESCRIPTION = entrySetting(
  [
    ...phrase("description", "Description of the crypto map statement policy"),
    value("text", LINE, "Up to the end of the line"),
  ],
  possible({
    key: 1,
    read: (entry) => entry.description,
    write: (entry, description) => ({ ...entry, description }),
    toValue: ({ text }) => text,
    toArguments: (text) => ({ text }),
  }),
);

export const PEER = entrySetting(
  [
    ...phrase("set peer", "Allowed Encryption/Decryption peer"),
    oneOf("peer", {
      address: [value("address", ADDRESS, "IP address of peer")],
      hostname: [
        value("name", HOST_NAME, "Host name of the peer"),
        flag("isDynamic", "dynamic", "Resolve the host name whenever a tunnel is established"),
      ],
    }),
    flag("isDefault", "default", "Set this peer as the default peer"),
  ],
  {
    set: (entry, { peer, isDefault }, origin) => {
      const place = entry.peers.findIndex((other) => isSamePeer(other.value, peer));
      const isKnown = place >= 0;
      const said = { value: peer, origin };
      if (isDefault === true && (isKnown ? place : entry.peers.length) > 0) return DEFAULT_IS_NOT_FIRST;
      if (!isKnown && entry.type === "ipsec-manual" && entry.peers.length > 0) return SECOND_PEER;
      return {
        ...entry,
        peers: isKnown ? entry.peers.with(place, said) : [...entry.peers, said],
        hasDefaultPeer: place === 0 || isDefault === true ? isDefault === true : entry.hasDefaultPeer,
      };
    },
    unset: (entry, { peer }) => {
      const peers = entry.peers.filter((other) => peer !== undefined && !isSamePeer(other.value, peer));
      return { ...entry, peers, hasDefaultPeer: entry.hasDefaultPeer && peers[0] === entry.peers[0] };
    },
    get: ({ peers, hasDefaultPeer }) =>
      peers.map(({ value }, i) => ({
        peer: value.kind === "hostname" ? { ...value, isDynamic: value.isDynamic } : value,
        isDefault: i === 0 && hasDefaultPeer ? (true as const) : undefined,
      })),
  },
);

const ENTRY_LIFETIME_KILOBYTES = entrySetting(
  [
    ...phrase("set security-association lifetime kilobytes", "Volume-based key duration"),
    value("kilobytes", LIFETIME_KILOBYTES, "Security association duration in kilobytes encrypted"),
  ],
  possible({
    key: 4,
    read: (entry) => entry.lifetimeKilobytes,
    write: (entry, lifetimeKilobytes) => ({ ...entry, lifetimeKilobytes }),
    toValue: ({ kilobytes }) => kilobytes,
    toArguments: (kilobytes) => ({ kilobytes }),
  }),
);

const ENTRY_LIFETIME_SECONDS = entrySetting(
  [
    ...phrase("set security-association lifetime seconds", "Time-based key duration"),
    value("seconds", LIFETIME_SECONDS, "Time-based key duration in seconds"),
  ],
  possible({
    key: 4,
    read: (entry) => entry.lifetimeSeconds,
    write: (entry, lifetimeSeconds) => ({ ...entry, lifetimeSeconds }),
    toValue: ({ seconds }) => seconds,
    toArguments: (seconds) => ({ seconds }),
  }),
);

const ENTRY_IDLE_TIME = entrySetting(
  [
    ...phrase("set security-association idle-time", "Automatically delete IPSec SAs after an idle period"),
    value("seconds", IDLE_SECONDS, "Idle time in seconds"),
    flag("returnsToFirstPeer", "default", "Use the first peer after the idle period"),
  ],
  possible({
    key: 3,
    read: (entry) => entry.idleTime,
    write: (entry, idleTime) => ({ ...entry, idleTime }),
    toValue: ({ seconds, returnsToFirstPeer }): IdleTime => ({
      seconds,
      returnsToFirstPeer: returnsToFirstPeer === true,
    }),
    toArguments: ({ seconds, returnsToFirstPeer }) => ({
      seconds,
      returnsToFirstPeer: returnsToFirstPeer ? (true as const) : undefined,
    }),
  }),
);

const REPLAY = "set security-association replay";

const ENTRY_REPLAY = [
  entrySetting([...phrase(REPLAY, REPLAY_HELP), ...DISABLE], disabledOf<CryptoMapEntrySettings>(4)),
  entrySetting([...phrase(REPLAY, REPLAY_HELP), ...WINDOW_SIZE], windowSizeOf<CryptoMapEntrySettings>(4)),
];
const REVERSE_ROUTE = entrySetting(
  [
    ...phrase("reverse-route", "Reverse Route Injection"),
    optional(
      oneOf("end", {
        remotePeer: [
          word("remote-peer", "Create route in route table for remote tunnel endpoint"),
          optional(value("nextHop", ADDRESS, "IP address of the next hop")),
        ],
      }),
    ),
    flag("isStatic", "static", "Create routes based on static ACLs permanently"),
  ],
  possible({
    key: 1,
    read: (entry) => entry.reverseRoute,
    write: (entry, reverseRoute) => ({ ...entry, reverseRoute }),
    toValue: ({ end, isStatic }): ReverseRouteSettings => ({
      namesPeer: end !== undefined,
      nextHop: end?.nextHop,
      isStatic: isStatic === true,
    }),
    toArguments: ({ namesPeer, nextHop, isStatic }) => ({
      end: namesPeer ? { kind: "remotePeer" as const, nextHop } : undefined,
      isStatic: isStatic ? (true as const) : undefined,
    }),
  }),
);

const PER_HOST = entrySetting(
  phrase("set security-association level per-host", "Specify per-host level for identities"),
  possible({
    key: 4,
    read: (entry) => entry.isPerHost,
    write: (entry, isPerHost) => ({ ...entry, isPerHost }),
    toValue: () => true as const,
    toArguments: () => ({}),
  }),
);

const TRANSFORM_SETS = entrySetting(
  [
    ...phrase("set transform-set", "Specify list of transform sets in priority order"),
    repeated("names", NAME, 6, "Proposal tag"),
  ],
  possible({
    key: 2,
    read: (entry) => entry.transformSets,
    write: (entry, transformSets) => ({ ...entry, transformSets }),
    toValue: ({ names }) => [...new Set(names)],
    toArguments: (names: readonly string[]) => ({ names }),
  }),
);

const PFS = entrySetting(
  [...phrase("set pfs", "Specify pfs settings"), optional(choice("group", groupChoice("group")))],
  possible({
    key: 2,
    read: (entry) => entry.pfsGroup,
    write: (entry, pfsGroup) => ({ ...entry, pfsGroup }),
    toValue: ({ group }): GroupId => group ?? 1,
    toArguments: (group) => ({ group }),
  }),
);

export const MATCH_ADDRESS = entrySetting(
  [
    ...phrase("match address", "Match address of packets to encrypt"),
    value("list", NAME, "IP access-list number or name"),
  ],
  possible({
    key: 2,
    read: (entry) => entry.matchAddress,
    write: (entry, matchAddress) => ({ ...entry, matchAddress }),
    toValue: ({ list }) => list,
    toArguments: (list) => ({ list }),
  }),
);

export const CRYPTO_MAP_ENTRY_STATEMENTS: readonly Statement[] = [
  DESCRIPTION,
  PEER,
  ENTRY_LIFETIME_KILOBYTES,
  ENTRY_LIFETIME_SECONDS,
  TRANSFORM_SETS,
  PFS,
  PER_HOST,
  ENTRY_IDLE_TIME,
  ...ENTRY_REPLAY,
  kept("set isakmp-profile", "Specify isakmp Profile"),
  kept("set ikev2-profile", "Specify ikev2 Profile"),
  kept("set identity", "Identity restriction"),
  kept("set nat", "Set NAT translation"),
  kept("set reverse-route", "Reverse Route Injection"),
  kept("set security-policy", "Limit of security policies"),
  kept("set ip", "Interface Internet Protocol config commands"),
  MATCH_ADDRESS,
  REVERSE_ROUTE,
  kept("qos", "Quality of Service related commands"),
];

const DEFAULT_IS_NOT_FIRST = {
  refused: "% The default peer must be the first peer of the crypto map entry: remove the others first.",
};

const SECOND_PEER = {
  refused:
    "% Only one peer may be specified in a crypto map entry of type ipsec-manual: remove the other first.",
};

export function kept(words: string, help: string): Statement {
  return keeping(
    keptPhrase(words, help),
    { replaces: "statement", keepsNo: false, effect: "unsupported", block: undefined },
    keptIn(ENTRY_PLACE),
  );
}
