import type { Context } from "../../system/context.ts";
import { brokenRefRule } from "../../system/names.ts";
import { cleanOrigin } from "../../system/remote-url.ts";
import { plain } from "../../system/text.ts";
import { splitKey } from "./git-config.ts";
import { hostGit } from "./host-git.ts";

/** What stands for a push URL of no use inside: git pushes nowhere then. Without one it would push to where it fetches from. */
const noPush = "no_push";

interface Remote {
  name: string;
  urls: string[];
  pushUrls: string[];
}

export interface RemoteSettings {
  /** `remote.{name}.url` and `.pushurl` as they may stand in a clone: without credentials, nothing that leads to a path of this machine */
  config: [key: string, value: string][];
  /** what was left out, one line each */
  notes: string[];
}

/**
 * The remotes of a repository, for a clone that does not have the user's own settings (`url.….insteadOf`): where git would fetch from
 * and push to, in its own words where these only mean something here.
 * @param all every setting that counts in the repository, the user's too; `own` those of the repository alone
 */
export async function readRemotes(
  ctx: Context,
  git: readonly string[],
  safe: readonly string[],
  { all, own }: { all: readonly [string, string][]; own: readonly [string, string][] },
): Promise<RemoteSettings> {
  const isRewritten = all.some(([key]) => /^url\..*\.(insteadof|pushinsteadof)$/s.test(key));
  const ask = async (remote: Remote, ...flags: string[]): Promise<string[] | undefined> => {
    if (!isRewritten || remote.name.startsWith("-")) return undefined;
    const args = [...git, "remote", "get-url", "--all", ...flags, remote.name];
    const { code, stdout } = await hostGit(ctx, args, { safe });
    return code === 0 ? stdout.split("\n").filter((line) => line !== "") : undefined;
  };
  const settings: RemoteSettings = { config: [], notes: [] };
  for (const remote of literalRemotes(own)) {
    const fetched = await ask(remote);
    const pushed = await ask(remote, "--push");
    add(settings, remote, { fetched, pushed });
  }
  return settings;
}

function literalRemotes(own: readonly [string, string][]): Remote[] {
  const remotes = new Map<string, Remote>();
  for (const [key, value] of own) {
    const { section, sub: name, name: setting } = splitKey(key);
    if (section !== "remote" || name === undefined || !(setting === "url" || setting === "pushurl")) continue;
    const remote = remotes.get(name) ?? { name, urls: [], pushUrls: [] };
    (setting === "url" ? remote.urls : remote.pushUrls).push(value);
    remotes.set(name, remote);
  }
  return [...remotes.values()];
}

function add(
  { config, notes }: RemoteSettings,
  { name, urls, pushUrls }: Remote,
  { fetched, pushed }: { fetched: string[] | undefined; pushed: string[] | undefined },
): void {
  const label = `the remote ${plain(name)}`;
  const isReserved = name === "project" || name.startsWith("project/");
  if (isReserved || brokenRefRule(name) !== undefined) {
    const why = isReserved ? "it is what a session calls the project itself" : "of its name";
    notes.push(`${label} does not go along, because ${why}`);
    return;
  }
  const [fetch, push] = [clean(urls, fetched), clean(pushUrls.length > 0 ? pushUrls : urls, pushed)];
  if (fetch.usable.length === 0) {
    // The origin's own path is said with the project.
    if (name !== "origin") notes.push(`${label} is a path on this machine; sessions do not get it`);
    return;
  }
  config.push(...fetch.usable.map((url): [string, string] => [`remote.${name}.url`, url]));
  const isOwn = pushUrls.length > 0 || push.usable.join("\n") !== fetch.usable.join("\n");
  const targets = push.usable.length > 0 ? push.usable : [noPush];
  if (isOwn) config.push(...targets.map((url): [string, string] => [`remote.${name}.pushurl`, url]));
  if (isOwn && push.usable.length === 0 && push.isPath)
    notes.push(`${label} pushes to a path on this machine: inside, "git push ${plain(name)}" does not work`);
  const isSaid = name === "origin" && pushUrls.length === 0;
  if ((fetch.hadCredentials || push.hadCredentials) && !isSaid)
    notes.push(`${label} has credentials in its URL; sessions get it without them`);
}

/** As git would use them, or as they are written where that leads to this machine. */
function clean(
  literal: readonly string[],
  resolved: readonly string[] | undefined,
): { usable: string[]; hadCredentials: boolean; isPath: boolean } {
  const result = { usable: [] as string[], hadCredentials: false, isPath: false };
  for (const [n, url] of (resolved ?? literal).entries()) {
    const found = [url, literal[n] ?? url].map(cleanOrigin).find(({ isLocal }) => !isLocal);
    if (found?.url !== undefined) result.usable.push(found.url);
    else if (url.includes("/")) result.isPath = true;
    result.hadCredentials ||= found?.hadCredentials === true;
  }
  return result;
}
