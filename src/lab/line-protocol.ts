/**
 * Which interfaces carry packets: a tunnel only while there is a way to its far end that does not lead through itself, as on
 * IOS (`%TUN-5-RECURDOWN`).
 */
import { blockOf } from "../net/selector.ts";
import type { StackInterface } from "./ip-stack.ts";
import { type Route, RouteTable } from "./route-table.ts";

export interface Usable {
  readonly up: readonly StackInterface[];
  /** Of the routes that can be used, and those to the subnets of interfaces that are up. */
  readonly table: RouteTable;
}

export function usable(interfaces: readonly StackInterface[], routes: readonly Route[]): Usable {
  const tableOf = (up: readonly StackInterface[]) => {
    // Null0 is always there: what is routed to it is to be lost, not to take another way.
    const names = new Set(["Null0", ...up.map(({ name }) => name)]);
    const leading = routes.filter(({ via }) => via.kind !== "interface" || names.has(via.name));
    return new RouteTable([...connectedRoutes(up), ...leading]);
  };
  let up = interfaces.filter(({ tunnel }) => tunnel === undefined);
  // Tunnels come up one after the other: the way to one may lead through another.
  for (;;) {
    const table = tableOf(up);
    const next = interfaces.find(
      (each) => !up.includes(each) && reaches(each, [...up, each], tableOf, table),
    );
    if (next === undefined) return { up, table };
    up = [...up, next];
  }
}

/** There is a way to the far end without the tunnel, and with it that is still not through itself. */
function reaches(
  { name, tunnel }: StackInterface,
  withIt: readonly StackInterface[],
  tableOf: (up: readonly StackInterface[]) => RouteTable,
  without: RouteTable,
): boolean {
  if (tunnel === undefined || without.lookup(tunnel.destination) === undefined) return false;
  return tableOf(withIt).lookup(tunnel.destination)?.interfaceName !== name;
}

function connectedRoutes(interfaces: readonly StackInterface[]): Route[] {
  return interfaces.map(({ name, address, mask }) => ({
    block: blockOf(address, mask),
    via: { kind: "interface", name, nextHop: undefined },
    origin: "connected",
    distance: 0,
  }));
}
