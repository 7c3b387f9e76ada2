/** Events of single messages: sent, received, worked on, dropped. */
import type { SaReference } from "../../ike/events.ts";
import type { Endpoint } from "../../net/ip-address.ts";
import { cryptoEngine, isakmp, isakmpPlain, plain, signed, transition } from "../debug-message.ts";
import { type EventOf, type Rows, silent } from "../entry.ts";
import { besideReceived, besideSent, onReceived, onSent, whileProcessing } from "../ios-states.ts";
import { portsReceived, portsSent } from "../nat-ports.ts";
import { printable } from "../printable.ts";
import { aggressiveModeDisabled, cryptoLog, ownLog, type SyslogMessage } from "../syslog-message.ts";

export const MESSAGE_ROWS: Rows<
  | "message-sent"
  | "message-received"
  | "repeat-received"
  | "message-fragmented"
  | "message-assembled"
  | "payload-processing"
  | "message-processed"
  | "message-dropped"
> = {
  "message-sent": {
    debug: (event, memory) => {
      const lines = [...retransmissionLines(event), ...sendingLines(event)];
      if (event.step === "QM1" && event.retransmission === 0 && memory.takePhase1Completion(event.sa.connId))
        lines.push(
          transition(event.sa, "IKE_MSG_INTERNAL, IKE_PHASE1_COMPLETE", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"),
        );
      return lines;
    },
    ladder: (event) => ({
      mark: "sent",
      from: event.sa.local.address,
      to: event.sa.remote.address,
      label: messageLabel(event),
      note: event.retransmission === 0 ? "" : `retransmission ${event.retransmission}`,
    }),
  },
  "message-received": {
    debug: (event) => receivingLines(event),
    ladder: (event) => ({
      mark: "received",
      from: event.sa.remote.address,
      to: event.sa.local.address,
      label: messageLabel(event),
    }),
  },
  "repeat-received": {
    debug: ({ sa, step, exchange }) => [
      isakmp(sa, `received packet from ${sa.remote.address}${portsReceived(sa)} ${besideReceived(sa, step)}`),
      isakmp(
        sa,
        `${exchange === "quick" ? "phase 2" : "phase 1"} packet is a duplicate of a previous packet.`,
      ),
    ],
    ladder: (event) => ({
      mark: "received",
      from: event.sa.remote.address,
      to: event.sa.local.address,
      label: messageLabel(event),
    }),
  },
  "message-fragmented": {
    debug: ({ sa, fragments, length }) => [
      isakmp(sa, `fragmenting a packet of ${length} bytes into ${fragments} fragments`),
    ],
  },
  "message-assembled": {
    debug: ({ sa, length }) => [isakmp(sa, `reassembled a packet of ${length} bytes`)],
  },
  "payload-processing": {
    debug: ({ sa, payload, messageId }) => {
      // A notification is told when what it says is known.
      if (payload === "NOTIFY") return silent();
      const line = isakmp(sa, `processing ${payload} payload. message ID = ${signed(messageId)}`);
      const hmac = cryptoEngine(`generate hmac context for conn id ${sa.connId}`);
      if (payload === "SIG") return [line, cryptoEngine("RSA decrypt with public key"), hmac];
      return payload === "HASH" ? [line, hmac] : [line];
    },
  },
  "message-processed": {
    debug: ({ sa, step }) => {
      const state = whileProcessing(step);
      return state === undefined
        ? silent()
        : [transition(sa, "IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE", state, state)];
    },
  },
  "message-dropped": {
    debug: ({ sa, remote, reason, detail }) => {
      const text = `dropping packet from ${remote.address}: ${reason}${detail === "" ? "" : `, ${printable(detail)}`}`;
      return [sa === undefined ? plain("isakmp", `ISAKMP (0): ${text}`) : isakmp(sa, text)];
    },
    syslog: droppedLog,
    ladder: ({ local, reason, detail }) => ({
      mark: "noted",
      where: local.address,
      note: `dropped: ${reason}${detail === "" ? "" : `, ${printable(detail)}`}`,
    }),
  },
};

function retransmissionLines(event: EventOf<"message-sent">) {
  const { sa, exchange, step, messageId, retransmission } = event;
  if (retransmission === 0) return [];
  const state = besideSent(sa, step).slice(4);
  return [
    exchange === "main" || exchange === "aggressive"
      ? isakmp(sa, `retransmitting phase 1 ${state}...`)
      : isakmp(sa, `retransmitting phase 2 ${state} ${signed(messageId)} ...`),
  ];
}

function sendingLines(event: EventOf<"message-sent">) {
  const { sa, step, messageId, retransmission } = event;
  const sending = isakmp(
    sa,
    `sending packet to ${sa.remote.address}${portsSent(sa)} ${besideSent(sa, step)}`,
  );
  if (retransmission > 0) return [sending];
  const node = `Node ${signed(messageId)}, `;
  if (step === "QM1" || step === "QM2" || step === "QM3") {
    const lines = [cryptoEngine(`generate hmac context for conn id ${sa.connId}`), sending];
    if (step === "QM1")
      lines.push(transition(sa, "IKE_MSG_INTERNAL, IKE_INIT_QM", "IKE_QM_READY", "IKE_QM_I_QM1", node));
    if (step === "QM2")
      lines.push(
        transition(sa, "IKE_MSG_FROM_IPSEC, IKE_SPI_REPLY", "IKE_QM_SPI_STARVE", "IKE_QM_R_QM2", node),
      );
    return lines;
  }
  const change = onSent(step);
  if (change === undefined) return [sending];
  // What a router does on a message of aggressive mode is one step of IOS's machine.
  const input = step === "AM2" ? "IKE_MSG_FROM_PEER, IKE_AM_EXCH" : "IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE";
  return [sending, transition(sa, input, ...change)];
}

function receivingLines({ sa, step }: EventOf<"message-received">) {
  // The SA of a stranger's first message exists only once the message has been read.
  if (step === "MM1" || step === "AM1")
    return [
      plain(
        "isakmp",
        `ISAKMP (0:0): received packet from ${sa.remote.address}${portsReceived(sa)} ${besideReceived(sa, step)}`,
      ),
      isakmpPlain(`local port ${sa.local.port}, remote port ${sa.remote.port}`),
    ];
  const received = isakmp(
    sa,
    `received packet from ${sa.remote.address}${portsReceived(sa)} ${besideReceived(sa, step)}`,
  );
  const change = onReceived(step);
  return change === undefined
    ? [received]
    : [received, transition(sa, "IKE_MSG_FROM_PEER, IKE_MM_EXCH", ...change)];
}

/** `MM1`, `QM2 965273472`. */
function messageLabel(event: {
  readonly sa: SaReference;
  readonly step: string;
  readonly messageId: number;
}): string {
  return event.messageId === 0 ? event.step : `${event.step} ${signed(event.messageId)}`;
}

function droppedLog({ remote, reason, detail }: EventOf<"message-dropped">): readonly SyslogMessage[] {
  const peer = remote.address;
  switch (reason) {
    case "malformed":
    case "undecryptable":
    case "hash mismatch":
    case "version":
      return [
        cryptoLog(
          4,
          "IKMP_BAD_MESSAGE",
          peer,
          `IKE message from ${peer} failed its sanity check or is malformed`,
        ),
      ];
    case "unknown cookies":
      return [
        cryptoLog(
          4,
          "IKMP_NO_SA",
          peer,
          `IKE message from ${peer} has no SA and is not an initialization offer`,
        ),
      ];
    case "not encrypted":
      return [
        cryptoLog(
          6,
          "IKMP_NOT_ENCRYPTED",
          peer,
          `IKE packet from ${peer} was not encrypted and it should've been.`,
        ),
      ];
    case "not authenticated":
      return [
        cryptoLog(
          6,
          "IKMP_SA_NOT_AUTH",
          peer,
          `Cannot accept Quick Mode exchange from ${peer} if SA is not authenticated!`,
        ),
      ];
    case "aggressive mode disabled":
      return [aggressiveModeDisabled(peer)];
    case "limit":
      return [ownLog(4, "IKE_LIMIT", peer, limitText(remote, detail))];
    // What every network does now and then; debugging shows it.
    case "unexpected":
    case "disabled":
    case "busy":
    case "refused before":
    case "replayed":
      return [];
  }
}

function limitText(remote: Endpoint, detail: string): string {
  return `IKE message from ${remote.address} not taken up: ${detail === "" ? "a limit is reached" : printable(detail)}`;
}
