/** `ip local policy`: where the router's own packets go, whatever the routes. */
import type { Configuration } from "../../config/configuration.ts";
import { possible } from "../lenses.ts";
import { globalSetting } from "../mode.ts";
import { value } from "../sentence.ts";
import { NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export const LOCAL_POLICY = globalSetting(
  [...phrase("ip local policy route-map", "Policy route map"), value("name", NAME, "Route map name")],
  possible({
    key: 4,
    read: ({ localPolicyRouteMap }: Configuration) => localPolicyRouteMap,
    write: (configuration, localPolicyRouteMap) => ({ ...configuration, localPolicyRouteMap }),
    toValue: ({ name }) => name,
    toArguments: (name) => ({ name }),
  }),
);
