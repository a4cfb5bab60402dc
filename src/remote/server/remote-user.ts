import type { Saved } from "../../clone/unsaved/saved.ts";
import type { Inputs, Outputs } from "../../contract/rpc.ts";
import { type ModuleChain, savedCalls } from "../../contract/saved.ts";
import { CoworkError } from "../../errors.ts";
import type { ProjectIdentity, ProjectClient } from "../../session/project-client.ts";
import type { Peer } from "../rpc/peer.ts";

/** The user's side, asked over the seam. What cannot be asked ends the command: nothing counts as saved by silence. */
export function createRemoteUser(peer: () => Peer): ProjectClient {
  return {
    saved: async (project) => {
      const look = observe(peer, project);
      return (await look([], "isKnown")) === true ? savedOver(look, []) : undefined;
    },
  };
}

type SavedMethod = keyof typeof savedCalls;
/** Undefined: there is nothing of that module, so nothing is saved in it. */
type Look = <M extends SavedMethod>(
  chain: ModuleChain,
  method: M,
  ...args: Inputs<typeof savedCalls>[M]
) => Promise<Outputs<typeof savedCalls>[M] | undefined>;

function observe(peer: () => Peer, { name, root, rootCommit }: ProjectIdentity): Look {
  return async (chain, method, ...args) => {
    const answer = await peer().call("saved", { name, root, rootCommit }, chain, method, ...args);
    // What JSON has in place of undefined.
    if (answer === undefined || answer === null) return undefined;
    const found = savedCalls[method].output.safeParse(answer);
    if (found.success) return found.data as Outputs<typeof savedCalls>[typeof method];
    throw new CoworkError("REQUEST_INVALID", "What the project holds was told in a form that is not understood here.");
  };
}

function savedOver(look: Look, chain: ModuleChain): Saved {
  return {
    tips: async () => (await look(chain, "tips")) ?? [],
    tags: async () => new Set(await look(chain, "tags")),
    reachable: async (oids) => new Set(oids.length === 0 ? [] : await look(chain, "reachable", [...oids])),
    advertised: async () => new Set(await look(chain, "advertised")),
    hasTree: async (oid) => (await look(chain, "hasTree", oid)) === true,
    sameFile: async (path, entry, raw) => (await look(chain, "sameFile", path, entry, raw ?? false)) === true,
    hasLfs: async (oid) => (await look(chain, "hasLfs", oid)) === true,
    module: (name, path) => savedOver(look, [...chain, [name, path]]),
  };
}
