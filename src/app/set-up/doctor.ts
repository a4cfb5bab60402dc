import type { Check } from "../../session/session-host.ts";
import { checkProject } from "./check-project.ts";
import type { Scope } from "../scope.ts";

/** Runs all checks on this machine, or on the host that the user chose. HOST is ignored: the configuration may be broken. */
export async function doctor(scope: Scope, options: { fix: boolean }): Promise<Check[]> {
  const { onlyHost } = scope;
  const host = onlyHost === undefined ? await scope.thisHost() : await scope.host(onlyHost);
  return [...(await host.doctor(options)), ...(await checkProject(scope))];
}
