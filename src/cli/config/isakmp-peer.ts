/** Aggressive mode: `crypto isakmp aggressive-mode disable`, and the peers it is begun with, which have a mode of their own. */
import type { Configuration, IsakmpPeerSettings, MapPeer } from "../../config/configuration.ts";
import { isSamePeer } from "../../config/configuration.ts";
import { newIsakmpPeer } from "../../config/defaults.ts";
import type { ClientEndpoint } from "../../ike/policy.ts";
import { keeping, keptIn, keptPhrase } from "../keeping.ts";
import { possible, toggle } from "../lenses.ts";
import { globalSetting, type Mode, opening, type Place, type Statement, statementsAt } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { oneOf, value, word } from "../sentence.ts";
import { ADDRESS, HOST_NAME, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { KEY_PART, keyOf, writtenKey } from "./password-parts.ts";

export const AGGRESSIVE_MODE_DISABLE = globalSetting(
  phrase("crypto isakmp aggressive-mode disable", "Disable ISAKMP aggressive mode"),
  toggle<Configuration>({
    initial: false,
    read: ({ isakmp }) => isakmp.aggressiveModeDisabled,
    write: (configuration, aggressiveModeDisabled) => ({
      ...configuration,
      isakmp: { ...configuration.isakmp, aggressiveModeDisabled },
    }),
  }),
);

interface PeerPlace {
  readonly peer: MapPeer;
}

const PEER_PLACE: Place<IsakmpPeerSettings, PeerPlace> = {
  read: ({ isakmp }, { peer }) =>
    isakmp.peers.find((other) => isSamePeer(other.peer, peer)) ?? newIsakmpPeer(peer, undefined),
  write: (configuration, { peer }, settings) => ({
    ...configuration,
    isakmp: {
      ...configuration.isakmp,
      peers: replaced(configuration.isakmp.peers, settings, (other) => isSamePeer(other.peer, peer)),
    },
  }),
};

const peerSetting = statementsAt(PEER_PLACE);

const PASSWORD = peerSetting(
  [...phrase("set aggressive-mode password", "Set aggressive mode password"), KEY_PART],
  possible({
    key: 3,
    read: (peer) => peer.password,
    write: (peer, password) => ({ ...peer, password }),
    toValue: ({ key }) => keyOf(key),
    toArguments: (key) => ({ key: writtenKey(key) }),
  }),
);

const CLIENT_ENDPOINT = peerSetting(
  [
    ...phrase("set aggressive-mode client-endpoint", "Set the identity to use in aggressive mode"),
    oneOf("endpoint", {
      "ipv4-address": [
        word("ipv4-address", "Identity is an IPv4 address"),
        value("address", ADDRESS, "IP address"),
      ],
      fqdn: [word("fqdn", "Identity is a fully qualified domain name"), value("name", HOST_NAME, "FQDN")],
      "user-fqdn": [
        word("user-fqdn", "Identity is the name of a user at a domain"),
        value("name", NAME, "user@domain"),
      ],
    }),
  ],
  possible({
    key: 3,
    read: (peer) => peer.clientEndpoint,
    write: (peer, clientEndpoint) => ({ ...peer, clientEndpoint }),
    toValue: ({ endpoint }): ClientEndpoint => endpoint,
    toArguments: (endpoint) => ({ endpoint }),
  }),
);

const PEER_MODE: Mode = {
  title: "ISAKMP peer",
  prompt: "config-isakmp-peer",
  statements: [
    kept("description", "Description of this peer"),
    kept("vrf", "Configure VRF"),
    PASSWORD,
    CLIENT_ENDPOINT,
  ],
};

export const ISAKMP_PEER = opening(
  globalSetting(
    [
      ...phrase("crypto isakmp peer", "Set Peer Policy"),
      oneOf("peer", {
        address: [
          word("address", "Peer address to set policy for"),
          value("address", ADDRESS, "IP address of peer"),
        ],
        hostname: [
          word("hostname", "Peer hostname to set policy for"),
          value("name", HOST_NAME, "Host name of the peer"),
        ],
      }),
    ],
    {
      set: (configuration, place, origin) =>
        configuration.isakmp.peers.some(({ peer }) => isSamePeer(peer, place.peer))
          ? configuration
          : PEER_PLACE.write(configuration, place, newIsakmpPeer(place.peer, origin)),
      unset: (configuration, { peer }) => ({
        ...configuration,
        isakmp: {
          ...configuration.isakmp,
          peers: configuration.isakmp.peers.filter(
            (other) => peer === undefined || !isSamePeer(other.peer, peer),
          ),
        },
      }),
      get: ({ isakmp }) => isakmp.peers.map(({ peer }) => ({ peer })),
    },
  ),
  PEER_MODE,
);

function kept(words: string, help: string): Statement {
  return keeping(
    keptPhrase(words, help),
    { replaces: "statement", keepsNo: false, effect: "none", block: undefined },
    keptIn(PEER_PLACE),
  );
}
