/** Severities by name. */
import type { Severity } from "../../config/logging-settings.ts";
import { SEVERITIES } from "../../config/logging-settings.ts";
import type { ValueType } from "../grammar.ts";
import { choice } from "../sentence.ts";
import { integer } from "../value-types.ts";

export const LOG_LEVEL_NAMES: { readonly [S in Severity]: string } = {
  0: "emergencies",
  1: "alerts",
  2: "critical",
  3: "errors",
  4: "warnings",
  5: "notifications",
  6: "informational",
  7: "debugging",
};

const NUMBER = integer(0, 7);

export const SEVERITY: ValueType<Severity> = {
  ...NUMBER,
  parse: (text) => SEVERITIES.find((severity) => severity === NUMBER.parse(text)),
};

/** By name; a number means the same and prints as the name. */
export const LOG_LEVEL = choice(
  "level",
  {
    emergencies: [0, "System is unusable                (severity=0)"],
    alerts: [1, "Immediate action needed           (severity=1)"],
    critical: [2, "Critical conditions               (severity=2)"],
    errors: [3, "Error conditions                  (severity=3)"],
    warnings: [4, "Warning conditions                (severity=4)"],
    notifications: [5, "Normal but significant conditions (severity=5)"],
    informational: [6, "Informational messages            (severity=6)"],
    debugging: [7, "Debugging messages                (severity=7)"],
  },
  { type: SEVERITY, help: "Logging severity level" },
);
