import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { child, type MapNode } from "./compose-node.ts";
import type { Dialect } from "./interpolate.ts";
import { findMergeTag } from "./read-yaml.ts";

/** Reports what only Compose v2 supports, because v1 would report something misleading. */
export function checkVersion(document: MapNode, path: string, dialect: Dialect): void {
  if (dialect === "v2") return;
  for (const name of ["name", "include"]) if (child(document, name) !== undefined) throw needsVersion2(path, name);
  const tag = findMergeTag(document);
  if (tag !== undefined) throw needsVersion2(path, tag);
}

export function needsVersion2(path: string, what: string): CoworkError {
  return new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(path)} uses ${plain(what)}, which needs Docker Compose v2, but v1 is installed.`,
    {
      hint: "install Docker Compose v2 (package docker-compose-plugin or docker-compose-v2), then run the same command again",
    },
  );
}
