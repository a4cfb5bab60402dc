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
  /** a name that was added, or anything that `ssh` takes */
  name: string;
  user: ProjectClient;
  source: () => Promise<Source>;
  begin: RemoteHostOptions["begin"];
  /** undefined: this cowork is no built file, and cannot be carried */
  program: Program | undefined;
}

/** The host's part on a remote machine; connects when it is first asked something. */
export function openRemoteHost(ctx: Context, { program, ...options }: OpenRemote): SessionHost & { close(): void } {
  if (program === undefined) {
    throw new CoworkError("PROGRAM_MISSING", "Only the built cowork can work on a host: it carries itself over.", {
      hint: "build it, and run the built file: npm run build",
    });
  }
  const connect: RemoteHostOptions["connect"] = async (signal, login) => {
    const target = (await readHosts(ctx))[options.name] ?? { destination: options.name };
    return await connectSsh({ ...ctx, signal }, target, login);
  };
  return createRemoteHost(ctx, { ...options, program, connect });
}
