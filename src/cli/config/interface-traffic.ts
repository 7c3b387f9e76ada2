/** What an interface does with packets that pass it: access lists, address translation, policy routing. */
import type { Direction, InterfaceSettings } from "../../config/configuration.ts";
import { possible, toggle } from "../lenses.ts";
import { type Place, type Statement, statementsAt } from "../mode.ts";
import { choice, value } from "../sentence.ts";
import { NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export function trafficStatements<P extends object>(at: Place<InterfaceSettings, P>): readonly Statement[] {
  const setting = statementsAt(at);
  return [
    setting(
      [
        ...phrase("ip access-group", "Specify access control for packets"),
        value("name", NAME, "Access list number or name"),
        choice("direction", {
          in: ["in" as Direction, "inbound packets"], // one of both, or the words' values would be told apart
          out: ["out" as Direction, "outbound packets"], // as above
        }),
      ],
      {
        set: (own, { name, direction }, origin) => withGroup(own, direction, { value: name, origin }),
        // The direction says which: there is one for each.
        unset: (own, { direction }) =>
          direction === undefined
            ? { ...own, accessGroups: { in: undefined, out: undefined } }
            : withGroup(own, direction, undefined),
        get: ({ accessGroups }) =>
          DIRECTIONS.flatMap((direction) => {
            const group = accessGroups[direction];
            return group === undefined ? [] : [{ name: group.value, direction }];
          }),
      },
    ),
    setting(
      phrase("ip nat inside"),
      toggle({
        initial: false,
        read: (own) => own.natInside,
        write: (own, natInside) => ({ ...own, natInside }),
      }),
    ),
    setting(
      phrase("ip nat outside"),
      toggle({
        initial: false,
        read: (own) => own.natOutside,
        write: (own, natOutside) => ({ ...own, natOutside }),
      }),
    ),
    setting(
      [...phrase("ip policy route-map", "Policy route map"), value("name", NAME, "Route map name")],
      possible({
        key: 3,
        read: (own) => own.policyRouteMap,
        write: (own, policyRouteMap) => ({ ...own, policyRouteMap }),
        toValue: ({ name }) => name,
        toArguments: (name) => ({ name }),
      }),
    ),
  ];
}

const DIRECTIONS: readonly Direction[] = ["in", "out"];

function withGroup(
  own: InterfaceSettings,
  direction: Direction,
  group: InterfaceSettings["accessGroups"][Direction],
): InterfaceSettings {
  return { ...own, accessGroups: { ...own.accessGroups, [direction]: group } };
}
