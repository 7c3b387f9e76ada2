/** `show crypto isakmp diagnose`: the last failures of each peer, what differs, and what to enter if the peer is right. */
import { clockText } from "../../base/clock-text.ts";
import type { Instant } from "../../base/time.ts";
import { elapsed } from "../../base/time.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { NegotiationFailed, RememberedFailure } from "../../ike/failure-memory.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { diagnose } from "../../observe/diagnosis.ts";

export function showDiagnosis({ now, ike }: GatewayView, peer?: IpAddress): string[] {
  const failures = ike.failures.filter(({ failure }) => peer === undefined || failure.peer === peer);
  const peers = [...new Set(failures.map(({ failure }) => failure.peer))];
  if (peers.length === 0)
    return [`No failed negotiation${peer === undefined ? "" : ` with ${peer}`} is remembered.`];
  return peers.flatMap((one) => [
    `Peer ${one}`,
    ...failures.filter(({ failure }) => failure.peer === one).flatMap((failed) => failureLines(now, failed)),
  ]);
}

function failureLines(now: Instant, { failure, times, firstAt, lastAt }: RememberedFailure): string[] {
  const when =
    times === 1
      ? `${clockText(elapsed(lastAt, now))} ago`
      : `${times} times, last ${clockText(elapsed(lastAt, now))} ago, first ${clockText(elapsed(firstAt, now))} ago`;
  const { sentence, differences } = diagnose({ at: lastAt, ...failure });
  return [
    `  ${MODES[failure.exchange]} mode as ${failure.role}: ${failure.reason}, ${when}`,
    ...wrapped(sentence, "    "),
    ...differences.flatMap(({ text, remedy }, index) => [
      ...wrapped(text, "      "),
      // One line may mend several differences.
      ...(remedy === undefined || remedy === differences[index + 1]?.remedy
        ? []
        : [`        to accept it: ${remedy}`]),
    ]),
  ];
}

const MODES: { readonly [E in NegotiationFailed["exchange"]]: string } = {
  main: "Main",
  aggressive: "Aggressive",
  quick: "Quick",
};

/** In lines of a terminal; a word that is longer stands alone. */
function wrapped(text: string, indentation: string): string[] {
  const lines: string[] = [];
  let line = indentation;
  for (const word of text.split(" ")) {
    if (line.length + word.length > TERMINAL_WIDTH && line.length > indentation.length) {
      lines.push(line.trimEnd());
      line = indentation;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

const TERMINAL_WIDTH = 100;
