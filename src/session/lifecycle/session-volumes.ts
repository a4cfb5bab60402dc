import type { ContainerDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { homeOf } from "../record/labels.ts";
import { composeProjectName } from "../record/names.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Names of the volumes that were made for this session alone, found by their names: they contain the session's Compose project
 * name, which cowork puts before every volume of a session, or the `${devcontainerId}` of its labels. Any other named volume
 * may be in use elsewhere and is not touched.
 */
export function sessionVolumes(
  ctx: Pick<Context, "paths">,
  record: SessionRecord,
  container: ContainerDetail,
): string[] {
  const token = composeProjectName(homeOf(ctx, record), record.id);
  const names = container.mounts.flatMap(({ type, name }) => (type === "volume" && name !== undefined ? [name] : []));
  // 52 base-32 digits: how @devcontainers/cli writes the hash of a container's labels.
  const own = names.filter((name) => name.includes(token) || /(?:^|[^0-9a-v])[0-9a-v]{52}(?:$|[^0-9a-v])/.test(name));
  return [...new Set([...record.volumes, ...own])];
}
