import type { Saved } from "../../clone/unsaved/saved.ts";
import type { Functions } from "../../contract/remote/rpc.ts";
import { moduleChain, savedCalls } from "../../contract/saved.ts";
import { projectIdentity } from "../../contract/project.ts";
import type { ProjectClient } from "../../session/project-client.ts";
import { offer, requestInvalid } from "../rpc/offer.ts";

/**
 * Answers a host's questions about the project: `saved(project, chain, method, …)`. The host is not trusted: it gets answers only
 * about the project in which the command was run, identified by content.
 */
export function answerSaved(user: ProjectClient): (...args: unknown[]) => Promise<unknown> {
  return async (project, chain, method, ...args) => {
    const [who, way] = [projectIdentity.safeParse(project), moduleChain.safeParse(chain)];
    if (!who.success || !way.success) throw requestInvalid("the project's content", who.error ?? way.error);
    if (typeof method !== "string" || !Object.hasOwn(savedCalls, method)) throw requestInvalid("the project's content");
    const all = await user.saved(who.data);
    const saved = way.data.reduce<Saved | undefined>((one, [name, path]) => one?.module(name, path), all);
    if (method === "isKnown") return all !== undefined;
    return saved === undefined ? undefined : await offer(savedCalls, looks(saved))[method]?.(...(args as never[]));
  };
}

function looks(saved: Saved): Functions<typeof savedCalls> {
  return {
    isKnown: () => true,
    tips: async () => await saved.tips(),
    tags: async () => [...(await saved.tags())],
    reachable: async (oids) => [...(await saved.reachable(oids))],
    advertised: async () => [...(await saved.advertised())],
    hasTree: async (oid) => await saved.hasTree(oid),
    sameFile: async (path, entry, raw) => await saved.sameFile(path, entry, raw),
    hasLfs: async (oid) => await saved.hasLfs(oid),
  };
}
