/** The situations of the two chapters' listings with pre-shared keys, and where ours differ from them. */
import { DEBUG_ALL, ENGINE, SPACES } from "./transcript-differences.ts";
import type { Situation } from "./transcripts.ts";

export const CHAPTER_SITUATIONS: readonly Situation[] = [
  {
    name: "pre-shared-keys",
    title: "Router to router with pre-shared keys",
    about: "The chapter's first case study: the initiator pings the responder's LAN from its own.",
    files: [
      "test/configurations/example-13-01-initiator.cfg",
      "test/configurations/example-13-02-responder.cfg",
    ],
    listings: [
      {
        document: "Example 13-3 of the IPsec chapter",
        before: [
          { node: "Initiator", lines: DEBUG_ALL },
          { node: "Responder", lines: DEBUG_ALL },
        ],
        node: "Initiator",
        lines: [
          "show debug",
          ...["ping", "", "10.1.2.1", "", "", "", "y", "10.1.1.1", "", "", "", "", "", ""],
        ],
        differences: [
          SPACES,
          ENGINE,
          {
            theirs: "port          : 5000",
            ours: "port         : 500",
            why: "A slip of the page: Example 13-5 has 500.",
          },
          {
            theirs: "keysizes= 0",
            ours: "keysize= 0",
            why: "A slip of the page: Example 13-5 has `keysize`.",
          },
          {
            theirs: "conn_id 2029",
            ours: "conn_id 2000",
            why: "SAs are counted from 2000; the chapter's router has had others before.",
          },
          {
            theirs: "authentication using id type\nID_IPV4_ADDR",
            ours: "authentication using id type ID_IPV4_ADDR",
            why: "Long lines are not broken here.",
          },
          {
            theirs: undefined,
            ours: "ipsec allocate flow 0",
            why: "A line of the engine's, in Examples 13-26 and 13-28.",
          },
        ],
      },
      {
        document: "Example 13-4 of the IPsec chapter",
        node: "Initiator",
        lines: ["undebug all", "show crypto isakmp sa", "show crypto ipsec sa", "show crypto map"],
        differences: [
          {
            theirs: "#send errors 6",
            ours: "#send errors 1",
            why: "Packets that came before there was an SA: the chapter's router has lost more of them.",
          },
          {
            theirs: "conn id: 2029, flow_id: 1",
            ours: "conn id: 2000, flow_id: 1",
            why: "SAs are counted from 2000.",
          },
          {
            theirs: "remaining key lifetime (k/sec): (4607998/3347)",
            ours: "remaining key lifetime (k/sec): (4607999/3598)",
            why: "Octets are counted as lifetimes count them, those that are encrypted; and less time has passed.",
          },
        ],
      },
      {
        document: "Example 13-5 of the IPsec chapter",
        node: "Responder",
        lines: [],
        differences: [
          SPACES,
          ENGINE,
          {
            theirs: "1w1d: ",
            ours: "00:00:00: ",
            why: "Time since the router was started.",
          },
          {
            theirs: "purging node 965273472",
            ours: undefined,
            why: "It comes 60 seconds later.",
          },
        ],
      },
      {
        document: "Example 13-6 of the IPsec chapter",
        node: "Responder",
        lines: ["undebug all", "show cry isa sa", "show crypto ipsec sa", "show cry map"],
        differences: [
          {
            theirs: "Initiator#show cry map",
            ours: "Responder#show cry map",
            why: "A slip of the page: it is the responder's.",
          },
          {
            theirs: "conn id: 2029, flow_id: 1",
            ours: "conn id: 2000, flow_id: 1",
            why: "SAs are counted from 2000.",
          },
        ],
      },
    ],
  },
  {
    name: "two-policies",
    title: "Two ISAKMP policies",
    about: "The example of the IKE chapter.",
    files: ["test/configurations/ike-chapter-two-policies.cfg"],
    listings: [
      {
        document: "The IKE chapter, `show crypto isakmp policy`",
        node: "Router",
        lines: ["show crypto isakmp policy"],
        differences: [
          {
            theirs: undefined,
            ours: "Three key triple DES",
            why: "The example configures `encryption 3des`, and its listing prints DES for it: a slip of the page.",
          },
        ],
      },
    ],
  },
];
