/** Static routes that hang on what is not followed here: what DHCP gives, and tracked objects. They are kept. */
import { INTERFACE_NAME } from "../interface-names.ts";
import { keeping, keptIn, unsupported } from "../keeping.ts";
import { GLOBAL_PLACE, type Statement } from "../mode.ts";
import { oneOf, optional, type Part, value, word } from "../sentence.ts";
import { ADDRESS, integer, MASK, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

const DESTINATION = [
  ...phrase("ip route", "Establish static routes"),
  value("network", ADDRESS, "Destination prefix"),
  value("mask", MASK, "Destination prefix mask"),
];

const DISTANCE = optional(value("distance", integer(1, 255), "Distance metric for this route"));

export const ROUTES_NOT_IN_EFFECT: readonly Statement[] = [
  route(
    optional(value("interface", INTERFACE_NAME, "Interface to send by")),
    word("dhcp", "Default Gateway obtained from DHCP"),
    DISTANCE,
  ),
  route(
    oneOf("via", {
      neighbour: [value("nextHop", ADDRESS, "Forwarding router's address")],
      interface: [
        value("interface", INTERFACE_NAME, "Interface to send by"),
        optional(value("nextHop", ADDRESS, "Forwarding router's address")),
      ],
    }),
    DISTANCE,
    optional(word("name", "Specify name of the next hop"), value("label", NAME, "Name of the next hop")),
    word("track", "Install route depending on tracked item"),
    value("object", integer(1, 1000), "tracked object number"),
  ),
];

function route(...parts: readonly Part[]): Statement {
  return unsupported(
    keeping(
      [...DESTINATION, ...parts],
      { replaces: "line", keepsNo: false, effect: "none", block: undefined },
      keptIn(GLOBAL_PLACE),
    ),
  );
}
