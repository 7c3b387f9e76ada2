/** Passwords that are not what their type says: nobody gets in by them. */
import type { Configuration } from "./configuration.ts";
import { isWellFormed } from "./password.ts";
import type { Problems } from "./problem.ts";

export function findUnreadablePasswords(configuration: Configuration, problems: Problems): void {
  const { enableSecrets, enablePasswords } = configuration;
  for (const { level, password, origin } of [...enableSecrets, ...enablePasswords])
    if (!isWellFormed(password))
      problems.warning({
        kind: "wrong",
        origin,
        message: `What leads to level ${level} is no password of type ${password.type}: nobody gets there by it.`,
        advice: "Enter it in clear (type 0), or as the router printed it.",
      });
}
