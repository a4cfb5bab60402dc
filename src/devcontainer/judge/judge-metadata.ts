import type { Finding } from "../../events.ts";
import { plain } from "../../system/text.ts";
import { besidePath } from "../override/beside.ts";
import type { JsonObject } from "../types.ts";
import { judgeContainerProperties, textOf } from "./judge-config.ts";
import { createVerdict } from "./verdict.ts";

const madeLink = "mounts a path that an agent may have replaced by a link";
const besideClone = "gives the container folders next to the session's clone, where other sessions are";

/**
 * Judges the `devcontainer.metadata` label of an image: what the base image and each feature add to the container. Entries without
 * `id` come from the base image.
 * @param workspaceFolder the configuration's own, as written
 * @throws DEVCONTAINER_INVALID for a mount over cowork's own files
 */
export function judgeMetadata(entries: readonly JsonObject[], workspaceFolder?: string): Finding[] {
  return entries.flatMap((entry) => {
    const { id, entrypoint } = entry;
    const verdict = createVerdict(typeof id === "string" ? `feature ${plain(id)}` : "base image", workspaceFolder);
    judgeContainerProperties(verdict, entry);
    // It becomes part of a Compose file between double quotes, unchanged.
    if (entrypoint !== undefined && !(typeof entrypoint === "string" && /^[^"\\\p{Cc}]*$/u.test(entrypoint))) {
      verdict.add("entrypoint", textOf(entrypoint), "cannot be parsed reliably, so it may have any effect");
    }
    // For a config these paths are known and checked before each start (check-binds.ts); for an image they are not.
    for (const path of verdict.cloneBinds.filter((one) => one !== "")) {
      const why = besidePath(path) === undefined ? madeLink : besideClone;
      verdict.add("mounts", `\${localWorkspaceFolder}/${path}`, why);
    }
    return verdict.findings;
  });
}
