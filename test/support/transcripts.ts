/** Pages of `docs/transcripts/`: what a document prints in a situation is printed in the lab, and where it differs. */
import { existsSync, readFileSync } from "node:fs";
import { LabSession, type LabText } from "./lab-session.ts";
import { PRINTED_LISTINGS } from "./transcript-ledger.ts";
import { SITUATIONS } from "./transcript-situations.ts";

/** A lab, and what is listed in it, one after the other. */
export interface Situation {
  /** Name of the page. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Configurations, from the root of the repository; keys stand beside them. */
  readonly files: readonly string[];
  readonly listings: readonly Listing[];
}

export interface Listing {
  /** `Example 13-4 of the IPsec chapter`. */
  readonly document: string;
  /** Typed before, and not shown. */
  readonly before?: readonly Typing[];
  /** Whose screen is shown. */
  readonly node: string;
  /** Typed there; none shows what has come on the screen meanwhile. */
  readonly lines: readonly string[];
  readonly differences: readonly Difference[];
}

export interface Typing {
  readonly node: string;
  readonly lines: readonly string[];
}

/** A text of the document that our listing does not have, and one of ours that the document does not have. */
export interface Difference {
  readonly theirs: string | undefined;
  readonly ours: string | undefined;
  readonly why: string;
}

export interface ShownListing extends Listing {
  readonly output: string;
}

/** Plays a situation; each listing with what the lab has printed. */
export function play({ files, listings }: Situation): ShownListing[] {
  const session = new LabSession(files.map(labText));
  return listings.map((listing) => {
    for (const { node, lines } of listing.before ?? []) session.type(node, ...lines);
    const output =
      listing.lines.length === 0 ? session.shown(listing.node) : session.type(listing.node, ...listing.lines);
    return { ...listing, output };
  });
}

/** Texts of pages by their path from the root of the repository. */
export function transcriptPages(): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ["docs/transcripts/README.md", indexPage()],
    ...SITUATIONS.map((situation) => [`docs/transcripts/${situation.name}.md`, page(situation)]),
  ]);
}

function indexPage(): string {
  const rows = SITUATIONS.map(
    ({ name, title, listings }) =>
      `| [${title}](${name}.md) | ${listings.map(({ document }) => document).join(", ")} |`,
  );
  return [
    "# Transcripts",
    "",
    "What the documents print, and what skeyid prints in the same situation. The pages are made by playing the situation in the lab",
    "(`node --import tsx scripts/generate-transcripts.ts`), and a test plays it again. SPIs, cookies, times and message ids are the lab's own.",
    "",
    "| situation | listings |",
    "| --- | --- |",
    ...rows,
    "",
    "## Every listing of the documents",
    "",
    "Listings of configurations are in [test/configurations](../../test/configurations), each of which loads as it is printed.",
    "",
    "| document | listing | ours |",
    "| --- | --- | --- |",
    ...PRINTED_LISTINGS.map(
      ({ document, caption, page, why }) =>
        `| ${document} | ${caption} | ${page === undefined ? why : `[${page}](${page}.md)`} |`,
    ),
    "",
  ].join("\n");
}

function page(situation: Situation): string {
  return [
    `# ${situation.title}`,
    "",
    situation.about,
    "",
    "Configurations:",
    ...situation.files.map((file) => `[${file}](../../${file})`),
    "",
    ...play(situation).flatMap(listingLines),
  ].join("\n");
}

function listingLines({ document, node, output, differences }: ShownListing): string[] {
  return [
    `## ${document}, ${node}`,
    "",
    "```text",
    output.replace(/\n*$/, ""),
    "```",
    "",
    ...(differences.length === 0
      ? ["Nothing differs but numbers.", ""]
      : [
          "| the document | here | why |",
          "| --- | --- | --- |",
          ...differences.map(({ theirs, ours, why }) => `| ${cell(theirs)} | ${cell(ours)} | ${why} |`),
          "",
        ]),
  ];
}

function cell(text: string | undefined): string {
  return text === undefined ? "–" : `\`${text.replaceAll("|", "\\|")}\``;
}

function labText(path: string): LabText {
  const file = (name: string) => new URL(`../../${name}`, import.meta.url);
  const keys = file(path.replace(/\.cfg$/, ".keys"));
  return {
    name: path.split("/").at(-1) ?? path,
    text: readFileSync(file(path), "utf8"),
    keys: existsSync(keys) ? readFileSync(keys, "utf8") : undefined,
  };
}
