import { CoworkError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { Project } from "../project/types.ts";
import type { Program } from "../remote/bootstrap/parcels.ts";
import type { SessionHost } from "../session/session-host.ts";
import type { Context } from "../system/context.ts";

export type RemoteHost = SessionHost & { close(): void };

/** Creates hosts; tests pass their own. `current` returns the project in which the command was run. */
export interface HostMakers {
  makeHost(ctx: Context, current: () => Promise<Project | undefined>): Promise<SessionHost>;
  makeRemote(ctx: Context, name: string, current: () => Promise<Project | undefined>): Promise<RemoteHost>;
}

/** @param program this cowork as a file that can be copied to another machine */
export function hostMakers(program: Program | undefined): HostMakers {
  return {
    makeHost: async (ctx, current) => {
      const [{ createLocalHost }, { createLocalUser }] = await Promise.all([
        import("../session/local-host.ts"),
        import("../session/project-client.ts"),
      ]);
      return createLocalHost(ctx, createLocalUser(ctx, current));
    },
    makeRemote: async (ctx, name, current) => {
      const [{ openRemoteHost }, { createLocalUser }] = await Promise.all([
        import("../remote/open.ts"),
        import("../session/project-client.ts"),
      ]);
      // A remote host gets data of the project in which the command was run, and of no other project.
      const user = createLocalUser(ctx, current, { others: false });
      const source = async () => {
        const project = await current();
        if (project === undefined)
          throw new CoworkError("NOT_A_PROJECT", "Not inside a git repository with a working tree.");
        return project.source;
      };
      const begin = async (names: readonly string[]) => {
        const { beginOnHost } = await import("./find/remote-index.ts");
        return await beginOnHost(ctx, await current(), name, names);
      };
      const report: Report = (event) => ctx.report({ ...event, host: name });
      return openRemoteHost({ ...ctx, report }, { name, user, source, program, begin });
    },
  };
}
