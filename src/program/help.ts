/** `skeyid --help`: what there is. What each command takes, the command itself says. */
import { COMMANDS } from "./commands.ts";

export function overview(): string[] {
  const rows = [
    ...Object.entries(COMMANDS).map(([name, { operands, help }]) => [`${name} ${operands}`, help] as const),
    ["help [COMMAND]", "show this, or more about a command"] as const,
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    "skeyid is an IKE and IPsec gateway that speaks Cisco IOS.",
    "",
    "Usage: skeyid COMMAND [ARGUMENT]...",
    "",
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    "",
    "  --version  show the version",
    "  --help     show this; after a command, its options",
  ];
}
