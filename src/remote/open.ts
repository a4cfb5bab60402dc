import { CoworkError } from "../errors.ts";
import type { SessionHost } from "../session/session-host.ts";
import type { ProjectClient } from "../session/project-client.ts";
import type { Source } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import type { Program } from "./bootstrap/parcels.ts";
import { readHosts } from "./hosts.ts";
import { connectSsh } from "./ssh/connect.ts";
import { createRemoteHost, type RemoteHostOptions } from "./client/remote-host.ts";

export interface OpenRemote {
  /** a name that was added, or a destination for `ssh` */
  name: string;
  user: ProjectClient;
  source: () => Promise<Source>;
  begin: RemoteHostOptions["begin"];
  /** undefined: this cowork is not a built file, so it cannot be copied to a host */
  program: Program | undefined;
}

/** A session host on a remote machine. It connects at the first call. */
export function openRemoteHost(ctx: Context, { program, ...options }: OpenRemote): SessionHost & { close(): void } {
  if (program === undefined) {
    throw new CoworkError("PROGRAM_MISSING", "Remote hosts need the built cowork.", {
      hint: "run npm run build, then use dist/cowork",
    });
  }
  const connect: RemoteHostOptions["connect"] = async (signal, login) => {
    const target = (await readHosts(ctx))[options.name] ?? { destination: options.name };
    return await connectSsh({ ...ctx, signal }, target, login);
  };
  return createRemoteHost(ctx, { ...options, program, connect });
}
