/** `isakmp` of a PIX: on which interfaces, keys with what is not to be asked of a peer; the rest is IOS's. */

import type { KeySettings } from "../../../config/configuration.ts";
import { password, passwordText } from "../../../config/password.ts";
import type { PixSettings } from "../../../config/pix-settings.ts";
import { ANY_ADDRESS, blockOf, host, maskOf } from "../../../net/selector.ts";
import { globalSetting, isRefusal, type Statement } from "../../mode.ts";
import { replaced } from "../../replaced.ts";
import { flag, nodesOf, optional, type Part, value, word } from "../../sentence.ts";
import { ADDRESS, SECRET_WORD } from "../../value-types.ts";
import { phrase } from "../../vocabulary.ts";
import { ISAKMP_IDENTITY, isSamePeer, withIsakmp } from "../isakmp.ts";
import { ISAKMP_KEEPALIVE } from "../isakmp-keepalive.ts";
import { INTERFACE_NAME_PART, named, PIX_MASK, withPix } from "./interfaces.ts";
import { alwaysWritten } from "./sections.ts";

/** IKE answers on these interfaces; here it answers everywhere or nowhere. */
export const PIX_ISAKMP_ENABLE = globalSetting(
  [...phrase("isakmp enable", "Enable ISAKMP on an interface"), INTERFACE_NAME_PART],
  {
    set: (configuration, { interface: name }, origin) => {
      const found = named(configuration, "name", name);
      if ("refused" in found) return found;
      const next = withIsakmp(configuration, { enabled: { value: true, origin } });
      return withPix(next, (pix) => ({
        ...pix,
        isakmpOn: [...pix.isakmpOn.filter((on) => on !== name), name],
      }));
    },
    unset: (configuration, { interface: name }) => {
      const next = withPix(configuration, (pix) => ({
        ...pix,
        isakmpOn: pix.isakmpOn.filter((on) => on !== name),
      }));
      if (isRefusal(next) || isOn(next.pix)) return next;
      return withIsakmp(next, { enabled: { value: false, origin: undefined } });
    },
    get: ({ pix }) => pix?.isakmpOn.map((name) => ({ interface: name })) ?? [],
  },
);

function isOn(pix: PixSettings | undefined): boolean {
  return (pix?.isakmpOn.length ?? 0) > 0;
}

export const PIX_ISAKMP_KEY = globalSetting(
  [
    ...phrase("isakmp key", "Set the pre-shared key of a peer"),
    value("key", SECRET_WORD, "The pre-shared key"),
    word("address", "The peer by its address"),
    value("address", ADDRESS, "Peer IP address"),
    optional(word("netmask", "Mask of the address"), value("mask", PIX_MASK, "Peer IP subnet mask")),
    flag("withoutXauth", "no-xauth", "Do not ask this peer for extended authentication"),
    flag("withoutModeConfig", "no-config-mode", "Do not configure this peer"),
  ],
  {
    set: (configuration, { key, address, mask, withoutXauth, withoutModeConfig }, origin) => {
      const own: KeySettings = {
        peer: { kind: "address", block: blockOfPeer(address, mask) },
        key: password(0, key),
        withoutXauth: withoutXauth === true,
        withoutModeConfig: withoutModeConfig === true,
        origin,
      };
      const keys = replaced(configuration.isakmp.keys, own, (other) => isSamePeer(other.peer, own.peer));
      return withIsakmp(configuration, { keys });
    },
    unset: (configuration, { address, mask }) => {
      if (address === undefined) return configuration;
      const peer = { kind: "address", block: blockOfPeer(address, mask) } as const;
      const keys = configuration.isakmp.keys.filter((other) => !isSamePeer(other.peer, peer));
      return withIsakmp(configuration, { keys });
    },
    get: ({ isakmp }) =>
      isakmp.keys.flatMap(({ peer, key, withoutXauth, withoutModeConfig }) =>
        peer.kind === "hostname"
          ? []
          : [
              {
                key: passwordText(key),
                address: peer.block.address,
                mask: maskOf(peer.block),
                withoutXauth: withoutXauth ? (true as const) : undefined,
                withoutModeConfig: withoutModeConfig ? (true as const) : undefined,
              },
            ],
      ),
  },
);

function blockOfPeer(address: Parameters<typeof host>[0], mask: Parameters<typeof host>[0] | undefined) {
  if (mask !== undefined) return blockOf(address, mask);
  return address === ANY_ADDRESS.address ? ANY_ADDRESS : host(address);
}

/** The default of a PIX is not that of IOS. */
export const PIX_ISAKMP_IDENTITY = alwaysWritten(
  reworded(ISAKMP_IDENTITY, 3, phrase("isakmp identity", "Set the identity of ISAKMP")),
);

export const PIX_ISAKMP_KEEPALIVE = reworded(
  ISAKMP_KEEPALIVE,
  3,
  phrase("isakmp keepalive", "Set a keepalive interval for ISAKMP"),
);

/** IOS's statement with other words for its first `count`. */
function reworded(statement: Statement, count: number, words: readonly Part[]): Statement {
  const { nodes, key } = statement.sentence;
  return {
    ...statement,
    sentence: { nodes: [...nodesOf(words), ...nodes.slice(count)], key: key - count + words.length },
  };
}
