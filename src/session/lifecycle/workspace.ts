import { isWithin } from "../../devcontainer/source/tree-path.ts";
import type { DevcontainerPlan } from "../../devcontainer/types.ts";
import { planWorkspace, sessionFolder } from "../../devcontainer/override/workspace.ts";
import type { SessionRecord } from "../record/record.ts";

/** The workspace folder of a session in its dev container, and the root of its clone there. */
export function workspaceOf(record: SessionRecord, plan: DevcontainerPlan): { folder: string; clone?: string } {
  const workspace = planWorkspace(plan, record.folder);
  const folder = sessionFolder(plan, workspace, formerPlace(record));
  return { folder, ...(workspace.clone === undefined ? {} : { clone: workspace.clone }) };
}

/** Sessions made by an older cowork had their clone in a folder named after their id. */
export function formerPlace({ id, container }: SessionRecord): string | undefined {
  const path = `/workspaces/${id}`;
  return container !== undefined && isWithin(container.workspaceFolder, path) ? path : undefined;
}

/** The folder that a configuration belongs to, so that the configuration of a part of the repository is found again. */
export function configFolder(path: string): string {
  return path.replace(/(^|\/)\.devcontainer(\.json|\/.*)$/, "");
}
