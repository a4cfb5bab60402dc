import { entryOf } from "../../remote/ssh-proxy/entries.ts";
import { hostKey } from "../../remote/ssh-proxy/host-key.ts";
import { hostNames } from "../../remote/ssh-proxy/host-names.ts";
import { renderConfig } from "../../remote/ssh-proxy/render-config.ts";
import type { Written } from "../../remote/ssh-proxy/write-config.ts";
import { listByHost } from "../sessions/ask-hosts.ts";
import type { Scope } from "../scope.ts";
import { selectSessions } from "../find/select-sessions.ts";

export interface SshConfig {
  /** `hosts`: the session's names for ssh */
  sessions: { id: string; hosts: string[] }[];
  config: string;
  written?: Written;
}

/**
 * Renders sessions as hosts for ssh.
 * @param wanted.cowork argv that runs this cowork from any environment
 * @param wanted.write also write it where the user's ssh reads it
 */
export async function sshConfig(
  scope: Scope,
  wanted: { all: boolean; write: boolean; cowork: string[] },
): Promise<SshConfig> {
  const { ctx } = scope;
  const selector = await selectSessions(scope, [], wanted.all);
  const byHost = (await listByHost(scope, selector)).map(({ host, views }) => ({
    host,
    entries: views.flatMap((view) => entryOf(view) ?? []),
  }));
  const entries = byHost.flatMap((one) => one.entries);
  const place = { cowork: wanted.cowork, knownHosts: (await hostKey(ctx)).knownHosts };
  const config = renderConfig(entries, place);
  const sessions = hostNames(entries).own.map(({ entry: { id }, names }) => ({ id, hosts: names }));
  if (!wanted.write) return { sessions, config };
  const { writeSshConfig } = await import("../../remote/ssh-proxy/write-config.ts");
  const project = selector.project === undefined ? {} : { project: selector.project.name };
  const scopes = byHost.map(({ host, entries: its }) => ({ scope: { host, ...project }, entries: its }));
  return { sessions, config, written: await writeSshConfig(ctx, scopes, place) };
}
