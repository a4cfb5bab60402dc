import { progressOf } from "../../events.ts";
import type { JobListener } from "../../jobs/run-job.ts";
import type { Peer } from "../rpc/peer.ts";

/**
 * Sends a job's events and questions to the client. Hosts only send progress events, so no event is lost.
 * @param ticket the client's number of the job, to distinguish the events of two jobs
 */
export function listenerOver(peer: Peer, ticket: number | undefined): JobListener {
  return {
    report: async (event) => {
      if (event.type === "progress") await peer.tell("report", progressOf(event), ticket ?? true);
    },
    ask: async (question) => await peer.call("ask", question),
  };
}
