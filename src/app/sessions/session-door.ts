import { ownCommand, steps } from "../../hint.ts";
import type { SshProxyTarget } from "../../remote/ssh-proxy/types.ts";
import type { ConnectRequest } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../scope.ts";

/**
 * Runs commands in a session, given by its id. The first one starts a stopped session; commands that come at the same time
 * (editors open several channels at once) wait for it.
 */
export function sessionDoor(scope: Scope, id: string): SshProxyTarget["inside"] {
  let target: Promise<Pick<ConnectRequest, "selector" | "settings">> | undefined;
  let starting: Promise<void> | undefined;
  return async (command, io) => {
    const ready = Promise.withResolvers<void>();
    if (starting === undefined) starting = ready.promise;
    else await starting;
    const onReady = (): void => {
      ready.resolve();
      io.onReady?.();
    };
    try {
      const host = await scope.host();
      const request = { ...(await (target ??= find())), tmux: false, ...(command && { command }) };
      return await host.connect(request, { ...io, onReady });
    } finally {
      ready.resolve();
    }
  };

  async function find(): Promise<Pick<ConnectRequest, "selector" | "settings">> {
    const views = await (await scope.host()).list({});
    const view = views.find((one) => one.id === id);
    if (view === undefined) {
      const { noSession } = await import("../../session/record/records.ts");
      const write = ownCommand("ssh-config", "--write");
      throw noSession(
        plain(id),
        steps`${ownCommand("list", "--all")}; \`${write}\` removes deleted sessions from ssh's configuration`,
      );
    }
    const { project: name, projectRoot: root } = view;
    const own = scope.at(root);
    // On this machine the record's root identifies the project; on another machine the first commit does.
    const rootCommit = view.host === "local" ? "" : (await own.project()).facts.rootCommit;
    const project = { name, root, rootCommit };
    const settings = await own.settings();
    return { selector: { project, names: [view.name] }, settings };
  }
}
