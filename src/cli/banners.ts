/** `banner`: the texts that the configuration keeps, as they are shown. */
import type { Configuration } from "../config/configuration.ts";
import { delimiterOf } from "./block-editing.ts";

/** Lines; none where there is no such banner. */
export function bannerLines(
  configuration: Configuration,
  kind: "motd" | "login" | "exec",
): readonly string[] {
  const statement = `banner ${kind}`;
  const kept = configuration.kept.find(
    (line) => line.statement === statement && line.text.startsWith(statement),
  );
  if (kept === undefined) return [];
  const rest = kept.text.slice(statement.length + 1);
  const delimiter = delimiterOf(rest);
  const [text = ""] = [rest.slice(delimiter.length), ...kept.block].join("\n").split(delimiter);
  const lines = text.split("\n").map((line) => withTokens(line, configuration));
  // What stands on the lines of the delimiters alone is no line of the text.
  if (lines[0] === "") lines.shift();
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** What IOS puts in the place of names in a banner. */
function withTokens(line: string, { hostname, domainName }: Configuration): string {
  return line.replaceAll("$(hostname)", hostname.value).replaceAll("$(domain)", domainName?.value ?? "");
}
