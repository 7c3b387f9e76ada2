/** `clear crypto`: SAs go, and the peers are told. */

import { rulesOf } from "../../config/access-rules.ts";
import { protocolOf } from "../../crypto/names.ts";
import type { GatewayRequest, GatewayView } from "../../gateway/contract.ts";
import type { SaView } from "../../ipsec/view.ts";
import type { ValueType } from "../grammar.ts";
import { choice, optional, value, word } from "../sentence.ts";
import { ADDRESS, integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, privileged } from "./command.ts";

const CONN_ID = integer(0, 2_147_483_647);

const DECIMAL_SPI = integer(256, 0xffffffff);

/** As `show crypto ipsec sa` has it in both forms. */
const SPI: ValueType<number> = {
  ...DECIMAL_SPI,
  parse: (text) =>
    /^0x[\da-f]{1,8}$/i.test(text) ? DECIMAL_SPI.parse(String(Number(text))) : DECIMAL_SPI.parse(text),
};

export const CLEAR_COMMANDS: readonly Command[] = [
  privileged(
    [
      ...phrase("clear crypto isakmp", "Flush the ISAKMP database"),
      optional(value("connId", CONN_ID, "Connection id of SA")),
    ],
    ({ services }, { connId }) => services.request({ kind: "clear-isakmp-sas", connId }),
  ),
  privileged(
    [
      ...phrase("clear crypto connection", "Clear encryption connections"),
      value("connId", CONN_ID, "Connection id of SA"),
    ],
    ({ services }, { connId }) => {
      for (const request of requestsToClear(services.view(), connId)) services.request(request);
    },
  ),
  privileged(
    [
      ...phrase("clear crypto sa"),
      optional(
        word("peer", "Clear all SAs for a given crypto peer"),
        value("peer", ADDRESS, "IP address of peer"),
      ),
    ],
    ({ services }, { peer }) => services.request({ kind: "clear-ipsec-sas", peer }),
  ),
  privileged(
    phrase("clear crypto call admission statistics", "Reset Crypto Call Admission Control Statistics"),
    ({ services }) => services.request({ kind: "clear-admission-statistics" }),
  ),
  privileged(
    [
      ...phrase("clear crypto sa map", "Clear all SAs for a given crypto map"),
      value("mapName", NAME, "Crypto map name"),
    ],
    ({ services }, { mapName }) => services.request({ kind: "clear-ipsec-sas", mapName }),
  ),
  ...[
    ["entry", "Clear a specific SA"],
    ["spi", "Clear SA by SPI"],
  ].map(([form = "", help = ""]) =>
    privileged(
      [
        ...phrase(`clear crypto sa ${form}`, help),
        value("destination", ADDRESS, "IP address that the SA's packets go to"),
        choice("protocol", {
          ah: ["ah", "Authentication Header"],
          esp: ["esp", "Encapsulating Security Payload"],
        }),
        value("spi", SPI, "Security parameter index"),
      ],
      ({ services }, { destination, protocol, spi }) =>
        services.request({ kind: "clear-ipsec-sas", entry: { destination, protocol, spi } }),
    ),
  ),
  privileged(phrase("clear crypto sa counters", "Reset the SA counters"), ({ services }) =>
    services.request({ kind: "clear-counters" }),
  ),
  privileged(
    [
      ...phrase("clear crypto session", "Clear crypto sessions (tunnels)"),
      optional(
        word("local", "Clear crypto sessions of a local crypto endpoint"),
        value("localAddress", ADDRESS, "Local crypto endpoint address"),
      ),
      optional(
        word("remote", "Clear crypto sessions of a remote crypto endpoint"),
        value("peer", ADDRESS, "Remote crypto endpoint address"),
      ),
    ],
    ({ services }, { localAddress, peer }) =>
      services.request({ kind: "clear-sessions", localAddress, peer }),
  ),
  privileged(
    [...phrase("clear ip nat translation"), word("*", "Delete all dynamic translations")],
    ({ services }) => services.forwarding()?.clearTranslations(),
  ),
  privileged(
    [
      ...phrase("clear access-list counters", "Clear access list statistical information"),
      optional(value("list", NAME, "Access list number or name")),
    ],
    ({ services }, { list }) => {
      for (const each of services.configuration().accessLists)
        if (list === undefined || list === each.name)
          for (const rule of rulesOf(each)) services.forwarding()?.clearMatches(rule);
    },
  ),
];

/** By what `show crypto engine connections active` calls it: an ISAKMP SA, or one of a pair of IPsec SAs. */
function requestsToClear({ ike, ipsec }: GatewayView, connId: number): GatewayRequest[] {
  if (ike.isakmpSas.some(({ sa }) => sa.connId === connId)) return [{ kind: "clear-isakmp-sas", connId }];
  return ipsec.flows.flatMap(({ localAddress, peer, inbound, outbound }): GatewayRequest[] => {
    const incoming = inbound.find((sa) => sa.connId === connId);
    const outgoing = outbound.find((sa) => sa.connId === connId);
    if (incoming !== undefined)
      return [{ kind: "clear-ipsec-sas", entry: { destination: localAddress, ...namedAs(incoming) } }];
    if (outgoing === undefined || peer === undefined) return [];
    return [{ kind: "clear-ipsec-sas", entry: { destination: peer, ...namedAs(outgoing) } }];
  });
}

function namedAs({ suite, spi }: SaView) {
  return { protocol: protocolOf(suite), spi };
}
