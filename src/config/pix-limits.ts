/** What a PIX does by itself, and is not done here. */
import type { Configuration } from "./configuration.ts";
import type { Problems } from "./problem.ts";

export function findPixLimits({ pix }: Configuration, problems: Problems): void {
  const [first] = pix?.interfaces ?? [];
  if (first === undefined) return;
  problems.warning({
    kind: "without-effect",
    origin: first.origin,
    message: "What a PIX filters and translates between its interfaces is not in effect yet: all is routed.",
    advice: "Do not rely on security levels; filter before it.",
  });
}
