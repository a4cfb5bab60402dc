import type { Context } from "../../system/context.ts";
import { brokenRefRule } from "../../system/names.ts";
import { cleanOrigin } from "../../system/remote-url.ts";
import { plain } from "../../system/text.ts";
import { splitKey } from "./git-config.ts";
import { hostGit } from "./host-git.ts";

/** Replaces a push URL that is useless inside: git then cannot push. Without it git would push to the fetch URL. */
const noPush = "no_push";

interface Remote {
  name: string;
  urls: string[];
  pushUrls: string[];
}

export interface RemoteSettings {
  /** `remote.{name}.url` and `.pushurl` for the clone: without credentials and without paths on this machine */
  config: [key: string, value: string][];
  /** what was left out, one line each */
  notes: string[];
}

/**
 * The remotes of a repository, for a clone that does not have the user's own settings (`url.….insteadOf`): the URLs that git
 * would fetch from and push to, with those settings applied.
 * @param all every setting that applies, including the user's; `own` those of the repository only
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
    const why = isReserved ? "sessions use that name for the project itself" : "of its name";
    notes.push(`${label} is not copied, because ${why}`);
    return;
  }
  const [fetch, push] = [clean(urls, fetched), clean(pushUrls.length > 0 ? pushUrls : urls, pushed)];
  if (fetch.usable.length === 0) {
    // A note about the origin's own path comes with the project.
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

/** URLs as git would use them, or as written if the result is a path on this machine. */
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
