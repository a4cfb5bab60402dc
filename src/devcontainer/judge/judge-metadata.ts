import type { Finding } from "../../events.ts";
import { plain } from "../../system/text.ts";
import type { JsonObject } from "../types.ts";
import { judgeContainerProperties, textOf } from "./judge-config.ts";
import { createVerdict } from "./verdict.ts";

/**
 * Judges the `devcontainer.metadata` label of an image: what the base image and every feature add to the container.
 * Entries without `id` are the base image's.
 */
export function judgeMetadata(entries: readonly JsonObject[]): Finding[] {
  return entries.flatMap((entry) => {
    const { id, entrypoint } = entry;
    const verdict = createVerdict(typeof id === "string" ? `feature ${plain(id)}` : "base image");
    judgeContainerProperties(verdict, entry);
    // It goes into a Compose file between double quotes, as it stands.
    if (entrypoint !== undefined && !(typeof entrypoint === "string" && /^[^"\\\p{Cc}]*$/u.test(entrypoint))) {
      verdict.add("entrypoint", textOf(entrypoint), "cannot be read with certainty, so it may be anything");
    }
    return verdict.findings;
  });
}
