/** `clear crypto`: SAs go, and the peers are told. */
import type { ValueType } from "../grammar.ts";
import { choice, optional, value, word } from "../sentence.ts";
import { ADDRESS, integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, privileged } from "./command.ts";

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
      optional(value("connId", integer(0, 2_147_483_647), "Connection id of SA")),
    ],
    ({ services }, { connId }) => services.request({ kind: "clear-isakmp-sas", connId }),
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
      ({ services }, { destination, protocol, spi }) => {
        // No SA is of AH yet.
        if (protocol === "esp") services.request({ kind: "clear-ipsec-sas", entry: { destination, spi } });
      },
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
];
