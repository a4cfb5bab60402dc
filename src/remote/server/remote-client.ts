import type { Saved } from "../../clone/unsaved/saved.ts";
import type { Inputs, Outputs } from "../../contract/remote/rpc.ts";
import { type ModuleChain, savedCalls } from "../../contract/saved.ts";
import { CoworkError } from "../../errors.ts";
import type { ProjectIdentity, ProjectClient } from "../../session/project-client.ts";
import type { Peer } from "../rpc/peer.ts";

/** The project client over RPC. An error ends the command: without an answer nothing counts as saved. */
export function createRemoteClient(peer: () => Peer): ProjectClient {
  return {
    saved: async (project) => {
      const look = observe(peer, project);
      return (await look([], "isKnown")) === true ? savedOver(look, []) : undefined;
    },
  };
}

type SavedMethod = keyof typeof savedCalls;
/** Undefined: the project does not have this submodule, so nothing in it is saved. */
type Look = <M extends SavedMethod>(
  chain: ModuleChain,
  method: M,
  ...args: Inputs<typeof savedCalls>[M]
) => Promise<Outputs<typeof savedCalls>[M] | undefined>;

function observe(peer: () => Peer, { name, root, rootCommit }: ProjectIdentity): Look {
  return async (chain, method, ...args) => {
    const answer = await peer().call("saved", { name, root, rootCommit }, chain, method, ...args);
    // JSON has null instead of undefined.
    if (answer === undefined || answer === null) return undefined;
    const found = savedCalls[method].output.safeParse(answer);
    if (found.success) return found.data as Outputs<typeof savedCalls>[typeof method];
    throw new CoworkError("REQUEST_INVALID", "The answer about the project has an unexpected form.");
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
