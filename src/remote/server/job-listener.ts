import { progressOf } from "../../events.ts";
import type { JobListener } from "../../jobs/run-job.ts";
import type { Peer } from "../rpc/peer.ts";

/**
 * The user's side as the listener of a job. A host's part tells progress and nothing else, so all that is told gets there.
 * @param ticket what the other side calls the job: its events come under it, so that those of two jobs can be told apart
 */
export function listenerOver(peer: Peer, ticket: number | undefined): JobListener {
  return {
    report: async (event) => {
      if (event.type === "progress") await peer.tell("report", progressOf(event), ticket ?? true);
    },
    ask: async (question) => await peer.call("ask", question),
  };
}
