/** `debug crypto condition`: which peers debugging is about. */

import { type AddressBlock, blockOf, host, isHost, maskOf } from "../../net/selector.ts";
import { type DebugConditions, isConditional, NO_CONDITIONS } from "../../observe/debug-conditions.ts";
import { oneOf, value, word } from "../sentence.ts";
import { ADDRESS, integer, MASK } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command, privileged } from "./command.ts";

export const DEBUG_CONDITION_COMMANDS: readonly Command[] = [
  ...["debug", "undebug", "no debug"].map((verb) => changing(verb, verb === "debug")),
  privileged(phrase("debug crypto condition reset", "Delete all debug filters"), ({ services }) =>
    services.setDebugConditions(NO_CONDITIONS),
  ),
  command(phrase("show crypto debug-condition", "Debug condition filters"), ({ print, services }) =>
    print(debugConditionLines(services.debugConditions())),
  ),
];

function changing(verb: string, adds: boolean): Command {
  return privileged(
    [
      ...phrase(`${verb} crypto condition`, "Debug condition filters"),
      oneOf("condition", {
        peer: [
          word("peer", "IKE peer information"),
          word("ipv4", "IPv4 address"),
          value("address", ADDRESS, "IPv4 address of the peer"),
        ],
        subnet: [
          word("peer", "IKE peer information"),
          word("subnet", "Subnet of peers"),
          value("address", ADDRESS, "Subnet"),
          value("mask", MASK, "Subnet mask"),
        ],
        connid: [
          word("connid", "IKE or IPsec connection id"),
          value("connId", integer(1, 2_147_483_647), "Connection id"),
        ],
        unmatched: [word("unmatched", "Output debugs even if no context is available")],
      }),
    ],
    ({ services }, { condition }) => {
      const { peers, connIds, unmatched } = services.debugConditions();
      switch (condition.kind) {
        case "unmatched":
          return services.setDebugConditions({ peers, connIds, unmatched: adds });
        case "connid": {
          const others = connIds.filter((each) => each !== condition.connId);
          const changed = adds ? [...others, condition.connId] : others;
          return services.setDebugConditions({ peers, connIds: changed, unmatched });
        }
        case "peer":
        case "subnet": {
          const block =
            condition.kind === "peer" ? host(condition.address) : blockOf(condition.address, condition.mask);
          const others = peers.filter((each) => describe(each) !== describe(block));
          return services.setDebugConditions({
            peers: adds ? [...others, block] : others,
            connIds,
            unmatched,
          });
        }
      }
    },
  );
}

function debugConditionLines(conditions: DebugConditions): string[] {
  const { peers, connIds, unmatched } = conditions;
  return [
    `Crypto conditional debug currently is turned ${isConditional(conditions) ? "ON" : "OFF"}`,
    `Debug context unmatched flag: ${unmatched ? "ON" : "OFF"}`,
    ...(peers.length === 0 ? [] : ["", "IKE peer IP address filters:", ...peers.map(describe)]),
    ...(connIds.length === 0 ? [] : ["", "Connection id filters:", ...connIds.map(String)]),
  ];
}

/** `172.16.172.20`, `10.0.0.0 255.0.0.0`. */
function describe(block: AddressBlock): string {
  return isHost(block) ? block.address : `${block.address} ${maskOf(block) ?? block.wildcard}`;
}
