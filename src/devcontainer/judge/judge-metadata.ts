import type { Finding } from "../../events.ts";
import { plain } from "../../system/text.ts";
import { besidePath } from "../override/beside.ts";
import type { JsonObject } from "../types.ts";
import { judgeContainerProperties, textOf } from "./judge-config.ts";
import { createVerdict } from "./verdict.ts";

const madeLink = "mounts what an agent may have made a link by then";
const besideClone =
  "gives the container what lies beside the session's clone: other sessions, not what lies beside the project";

/**
 * Judges the `devcontainer.metadata` label of an image: what the base image and every feature add to the container.
 * Entries without `id` are the base image's.
 * @param workspaceFolder the configuration's own, as written
 * @throws DEVCONTAINER_INVALID for a mount over cowork's own files
 */
export function judgeMetadata(entries: readonly JsonObject[], workspaceFolder?: string): Finding[] {
  return entries.flatMap((entry) => {
    const { id, entrypoint } = entry;
    const verdict = createVerdict(typeof id === "string" ? `feature ${plain(id)}` : "base image", workspaceFolder);
    judgeContainerProperties(verdict, entry);
    // It goes into a Compose file between double quotes, as it stands.
    if (entrypoint !== undefined && !(typeof entrypoint === "string" && /^[^"\\\p{Cc}]*$/u.test(entrypoint))) {
      verdict.add("entrypoint", textOf(entrypoint), "cannot be read with certainty, so it may be anything");
    }
    // Of a config these are known before each start, and looked at (check-binds.ts); of an image they are not.
    for (const path of verdict.cloneBinds.filter((one) => one !== "")) {
      const why = besidePath(path) === undefined ? madeLink : besideClone;
      verdict.add("mounts", `\${localWorkspaceFolder}/${path}`, why);
    }
    return verdict.findings;
  });
}
