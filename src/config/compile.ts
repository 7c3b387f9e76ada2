/** From what the operator has written to what IKE and IPsec do, and everything there is to say about it on the way. */
import { compileCryptoMaps } from "./compile-crypto-maps.ts";
import { compileIke } from "./compile-ike.ts";
import { compileInterfaces } from "./compile-interfaces.ts";
import { compileNat } from "./compile-nat.ts";
import { compileRip } from "./compile-rip.ts";
import { policyRoutes } from "./compile-route-map.ts";
import type { Configuration } from "./configuration.ts";
import { withKeysInClear } from "./key-encryption.ts";
import { findPixLimits } from "./pix-limits.ts";
import { type Problem, Problems } from "./problem.ts";
import type { RouterPolicy } from "./router-policy.ts";
import type { RsaKeyPair } from "./rsa-key-pair.ts";
import { findTranslatedTraffic } from "./translated-traffic.ts";
import { findTransportFallbacks } from "./transport-fallbacks.ts";
import { findUnreadablePasswords } from "./unreadable-passwords.ts";
import { findUnused } from "./unused.ts";
import { findWeaknesses } from "./weaknesses.ts";

export type { Problem } from "./problem.ts";
export type { InterfaceConfiguration, RouterPolicy, StaticRoute } from "./router-policy.ts";

export interface CompileOptions {
  /**
   * What becomes of a crypto map entry in use that lacks something. `refused`, for a file that is to run as it stands: an
   * error. `disabled`, for an operator who writes line by line: a warning, and the entry protects nothing meanwhile, as
   * on IOS.
   */
  readonly incompleteEntries?: "refused" | "disabled";
  /** The router's own, which no configuration holds. */
  readonly rsaKeys?: readonly RsaKeyPair[];
  /** That pre-shared keys are encrypted with, which no configuration holds either. */
  readonly configKey?: string | undefined;
}

export interface Compiled {
  /** Undefined if there is any error. */
  readonly policy: RouterPolicy | undefined;
  readonly problems: readonly Problem[];
}

export function compile(written: Configuration, options: CompileOptions = {}): Compiled {
  const problems = new Problems();
  const configuration = withKeysInClear(written, options.configKey, problems);
  const interfaces = compileInterfaces(configuration, problems);
  const { connections, protectedInterfaces } = compileCryptoMaps(
    configuration,
    interfaces,
    options.incompleteEntries ?? "refused",
    problems,
  );
  const ike = compileIke(configuration, connections, options.rsaKeys ?? [], problems);
  const nat = compileNat(configuration, problems);
  findTranslatedTraffic(configuration, nat, problems);
  const { localPolicyRouteMap } = configuration;
  const localPolicyRoutes = policyRoutes(
    configuration,
    localPolicyRouteMap,
    "what the router itself sends",
    problems,
  );
  const rip = compileRip(configuration, interfaces, problems);
  findWeaknesses(configuration, problems);
  findUnused(configuration, problems);
  findUnreadablePasswords(configuration, problems);
  findPixLimits(configuration, problems);
  findTransportFallbacks(connections, problems);
  if (problems.hasErrors) return { policy: undefined, problems: problems.list };
  const policy: RouterPolicy = {
    hostname: configuration.hostname.value,
    ike,
    ipsec: { interfaces: protectedInterfaces },
    interfaces,
    nat,
    localPolicyRoutes,
    rip,
    routes: configuration.routes.map(({ prefix, nextHop, interfaceName, distance, origin }) => ({
      prefix,
      nextHop,
      interfaceName,
      distance: distance.value,
      origin,
    })),
  };
  return { policy, problems: problems.list };
}
