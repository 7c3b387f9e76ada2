/** `show ip` and `show access-lists`: how the router stands in its networks. */
import { INTERFACE_NAME } from "../interface-names.ts";
import { choice, optional, value } from "../sentence.ts";
import type { RouterServices } from "../services.ts";
import { ADDRESS, NAME } from "../value-types.ts";
import { showAccessLists } from "../views/access-lists.ts";
import { showInterfaceBrief } from "../views/interface-brief.ts";
import { showIpInterfaces } from "../views/interfaces.ts";
import { showProtocols } from "../views/ip-protocols.ts";
import { showNatStatistics, showTranslations } from "../views/nat.ts";
import { type RoutedBy, showLocalPolicy, showPolicy, showRouteMaps } from "../views/route-maps.ts";
import { showRoutes, showRoutesOf, showRouteTo } from "../views/routes.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command } from "./command.ts";

export const SHOW_IP_COMMANDS: readonly Command[] = [
  accessLists("show access-lists", "List access lists"),
  accessLists("show ip access-lists", "List IP access lists"),
  command(
    phrase("show ip interface brief", "Brief summary of IP status and configuration"),
    ({ print, services }) => print(showInterfaceBrief(services.configuration(), services.machine())),
  ),
  command(
    [...phrase("show ip interface"), optional(value("name", INTERFACE_NAME, "Interface"))],
    ({ print, services }, { name }) =>
      print(showIpInterfaces(services.configuration(), services.machine(), name)),
  ),
  command(
    [
      ...phrase("show ip route"),
      optional(value("destination", ADDRESS, "Network to display information about")),
    ],
    ({ print, services }, { destination }) =>
      print(
        destination === undefined
          ? showRoutes(services.machine())
          : showRouteTo(services.machine(), destination),
      ),
  ),
  command(
    [
      ...phrase("show ip route"),
      choice("origin", {
        connected: ["connected", "Connected"],
        rip: ["rip", "Routing Information Protocol (RIP)"],
        static: ["static", "Static routes"],
      }),
    ],
    ({ print, services }, { origin }) => print(showRoutesOf(services.machine(), origin)),
  ),
  command(
    phrase("show ip protocols", "IP routing protocol process parameters and statistics"),
    ({ print, services }) => print(showProtocols(services.configuration(), services.forwarding()?.rip())),
  ),
  command(phrase("show ip policy", "Policy routing"), ({ print, services }) =>
    print(showPolicy(services.configuration())),
  ),
  command(phrase("show ip local policy", "IP local policy"), ({ print, services }) =>
    print(showLocalPolicy(services.configuration(), routedBy(services))),
  ),
  command(
    [...phrase("show route-map", "route-map information"), optional(value("name", NAME, "Route map name"))],
    ({ print, services }, { name }) =>
      print(showRouteMaps(services.configuration(), name, routedBy(services))),
  ),
  command(phrase("show ip nat translations", "Translation entries"), ({ print, services }) =>
    print(showTranslations(services.forwarding()?.nat())),
  ),
  command(phrase("show ip nat statistics", "Translation statistics"), ({ print, services }) =>
    print(showNatStatistics(services.configuration(), services.forwarding()?.nat())),
  ),
];

function routedBy(services: RouterServices): RoutedBy {
  const forwarding = services.forwarding();
  return (entry) => forwarding?.routedBy(entry);
}

function accessLists(words: string, help: string): Command {
  return command(
    [...phrase(words, help), optional(value("list", NAME, "Access list number or name"))],
    ({ print, services }, { list }) => {
      const forwarding = services.forwarding();
      print(showAccessLists(services.configuration(), list, (rule) => forwarding?.matchesOf(rule) ?? 0));
    },
  );
}
