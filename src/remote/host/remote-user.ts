import type { Saved } from "../../clone/saved.ts";
import type { UserSide } from "../../session/user-side.ts";
import type { Peer } from "../seam/peer.ts";

/** The user's side, asked over the seam. What cannot be asked ends the command: nothing counts as saved by silence. */
export function createRemoteUser(peer: () => Peer): UserSide {
  return {
    saved: async (project) => {
      const known = (await peer().call("saved", project, [], "isKnown")) === true;
      return known
        ? savedOver((chain, method, ...args) => peer().call("saved", project, chain, method, ...args), [])
        : undefined;
    },
  };
}

type Chain = [name: string, path: string][];
type AskUser = (chain: Chain, method: string, ...args: unknown[]) => Promise<unknown>;

function savedOver(ask: AskUser, chain: Chain): Saved {
  const list = async (method: string, ...args: unknown[]): Promise<string[]> => {
    const answer = await ask(chain, method, ...args);
    return Array.isArray(answer) ? answer.filter((one) => typeof one === "string") : [];
  };
  const yes = async (method: string, ...args: unknown[]): Promise<boolean> =>
    (await ask(chain, method, ...args)) === true;
  return {
    tips: () => list("tips"),
    tags: async () => new Set(await list("tags")),
    reachable: async (oids) => new Set(oids.length === 0 ? [] : await list("reachable", oids)),
    advertised: async () => new Set(await list("advertised")),
    hasTree: (oid) => yes("hasTree", oid),
    sameFile: (path, entry, raw) => yes("sameFile", path, entry, raw ?? false),
    hasLfs: (oid) => yes("hasLfs", oid),
    module: (name, path) => savedOver(ask, [...chain, [name, path]]),
  };
}
