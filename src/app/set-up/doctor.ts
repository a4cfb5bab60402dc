import type { Check } from "../../session/session-host.ts";
import { checkNotify } from "../notify/test-message.ts";
import { checkProject } from "./check-project.ts";
import type { Scope } from "../scope.ts";

export interface DoctorWanted {
  fix: boolean;
  /** send a test message through each channel of this machine */
  notify: boolean;
  /** writes to the caller's terminal */
  terminal?: ((sequence: string) => void) | undefined;
}

/**
 * Runs all checks on this machine, or on the host that the user chose. HOST is ignored: the configuration may be broken. Notifications
 * are those of this machine.
 */
export async function doctor(scope: Scope, { fix, notify, terminal }: DoctorWanted): Promise<Check[]> {
  const { onlyHost } = scope;
  const isHere = onlyHost === undefined || onlyHost === "local";
  const host = onlyHost === undefined ? await scope.thisHost() : await scope.host(onlyHost);
  const checks = await host.doctor({ fix });
  const channels = isHere || notify ? await checkNotify(scope.ctx, { send: notify, terminal }) : [];
  return [...checks, ...channels, ...(await checkProject(scope))];
}
