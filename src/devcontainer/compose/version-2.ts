import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { child, type MapNode } from "./compose-node.ts";
import type { Dialect } from "./interpolate.ts";
import { findMergeTag } from "./read-yaml.ts";

/** What only Compose v2 knows, said before v1 says something else about it. */
export function checkVersion(document: MapNode, path: string, dialect: Dialect): void {
  if (dialect === "v2") return;
  for (const name of ["name", "include"]) if (child(document, name) !== undefined) throw needsVersion2(path, name);
  const tag = findMergeTag(document);
  if (tag !== undefined) throw needsVersion2(path, tag);
}

export function needsVersion2(path: string, what: string): CoworkError {
  return new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(path)} uses ${plain(what)}, which needs Docker Compose v2; the one here is v1.`,
    {
      hint: "install Docker Compose v2 (package docker-compose-plugin or docker-compose-v2), then run the same command again",
    },
  );
}
