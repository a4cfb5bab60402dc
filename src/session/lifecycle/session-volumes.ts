import type { ContainerDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { homeOf } from "../record/labels.ts";
import { composeProjectName } from "../record/names.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Names of the volumes that were made for this session alone, by what their names hold: the session's Compose project name,
 * which cowork puts before every volume it makes a session's own, or the `${devcontainerId}` of its labels. Any other
 * named volume may be somebody's and is left alone.
 */
export function sessionVolumes(
  ctx: Pick<Context, "paths">,
  record: SessionRecord,
  container: ContainerDetail,
): string[] {
  const token = composeProjectName(homeOf(ctx, record), record.id);
  const names = container.mounts.flatMap(({ type, name }) => (type === "volume" && name !== undefined ? [name] : []));
  // 52 letters and digits of base 32: how @devcontainers/cli spells the hash that stands for a container's labels.
  const own = names.filter((name) => name.includes(token) || /(?:^|[^0-9a-v])[0-9a-v]{52}(?:$|[^0-9a-v])/.test(name));
  return [...new Set([...record.volumes, ...own])];
}
