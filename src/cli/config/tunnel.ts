/** `tunnel …` of a Tunnel interface: its two ends, and what GRE adds to each packet. */
import type { InterfaceSettings, TunnelSettings } from "../../config/configuration.ts";
import { DEFAULT_TUNNEL_MODE } from "../../config/defaults.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { defaulted, possible, toggle } from "../lenses.ts";
import { type Place, type Statement, statementsAt } from "../mode.ts";
import { oneOf, value, word } from "../sentence.ts";
import { ADDRESS, integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export function tunnelStatements<P extends object>(at: Place<InterfaceSettings, P>): readonly Statement[] {
  const setting = statementsAt<TunnelSettings, P>({
    read: (configuration, place) => at.read(configuration, place).tunnel,
    write: (configuration, place, tunnel) =>
      at.write(configuration, place, { ...at.read(configuration, place), tunnel }),
  });
  return [
    setting(
      [
        ...phrase("tunnel source", "Source of tunnel packets"),
        oneOf("source", {
          address: [value("address", ADDRESS, "IP address")],
          interface: [value("name", INTERFACE_NAME, "Interface")],
        }),
      ],
      possible({
        key: 2,
        read: (tunnel) => tunnel.source,
        write: (tunnel, source) => ({ ...tunnel, source }),
        toValue: ({ source }) => source,
        toArguments: (source) => ({ source }),
      }),
    ),
    setting(
      [
        ...phrase("tunnel destination", "Destination of tunnel"),
        value("address", ADDRESS, "IP address of the other end"),
      ],
      possible({
        key: 2,
        read: (tunnel) => tunnel.destination,
        write: (tunnel, destination) => ({ ...tunnel, destination }),
        toValue: ({ address }) => address,
        toArguments: (address) => ({ address }),
      }),
    ),
    setting(
      [
        ...phrase("tunnel mode", "Tunnel encapsulation method"),
        oneOf("mode", {
          "gre ip": [word("gre", "Generic route encapsulation protocol"), word("ip", "Over IP")],
          "gre multipoint": [
            word("gre", "Generic route encapsulation protocol"),
            word("multipoint", "Over IP, to many"),
          ],
          ipip: [word("ipip", "IP over IP encapsulation")],
          "ipsec ipv4": [word("ipsec", "IPSec tunnel encapsulation"), word("ipv4", "Over IPv4")],
        }),
      ],
      defaulted({
        key: 2,
        initial: DEFAULT_TUNNEL_MODE,
        read: (tunnel) => tunnel.mode,
        write: (tunnel, mode) => ({ ...tunnel, mode }),
        toValue: ({ mode }) => mode.kind,
        toArguments: (kind) => ({ mode: { kind } }),
      }),
    ),
    setting(
      [...phrase("tunnel key", "Security or selector key"), value("key", integer(0, 4_294_967_295), "Key")],
      possible({
        key: 2,
        read: (tunnel) => tunnel.key,
        write: (tunnel, key) => ({ ...tunnel, key }),
        toValue: ({ key }) => key,
        toArguments: (key) => ({ key }),
      }),
    ),
    setting(
      phrase("tunnel checksum", "Enable end to end checksumming of packets"),
      toggle({
        initial: false,
        read: (tunnel) => tunnel.checksum,
        write: (tunnel, checksum) => ({ ...tunnel, checksum }),
      }),
    ),
  ];
}
