import type { Check } from "../../session/session-host.ts";
import { checkProject } from "./check-project.ts";
import type { Scope } from "../scope.ts";

/** Everything that cowork needs, on this machine or the one that was asked for: what is configured may be what is broken. */
export async function doctor(scope: Scope, options: { fix: boolean }): Promise<Check[]> {
  const { onlyHost } = scope;
  const host = onlyHost === undefined ? await scope.thisHost() : await scope.host(onlyHost);
  return [...(await host.doctor(options)), ...(await checkProject(scope))];
}
