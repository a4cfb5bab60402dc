import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import { joinTree } from "../source/tree-path.ts";
import type { BuildInput, ComposePlan, Json, JsonObject } from "../types.ts";
import { pathInTree } from "./tree-root.ts";

/**
 * Returns what the services of a resolved configuration are built from, as paths in the source.
 * @throws DEVCONTAINER_INVALID for a context or Dockerfile outside the repository
 */
export function readBuilds(canonical: JsonObject): ComposePlan["builds"] {
  const services = isObject(canonical["services"]) ? canonical["services"] : {};
  return Object.entries(services).flatMap(([service, value]) => {
    const build = isObject(value) ? value["build"] : undefined;
    return build === undefined || build === null ? [] : [{ service, ...readBuild(service, build) }];
  });
}

function readBuild(service: string, value: Json): BuildInput {
  const build = isObject(value) ? value : { context: value };
  const given = textOf(build["context"] ?? "");
  const context = pathInTree(given);
  if (context === undefined) throw outside(service, `build context ${given}`);
  const { dockerfile_inline: inline, target, args } = build;
  const more = {
    ...(target === undefined || target === null ? {} : { target: textOf(target) }),
    ...(args === undefined || args === null ? {} : { args: readArgs(args) }),
  };
  if (inline !== undefined && inline !== null) return { context, dockerfile: "", inline: textOf(inline), ...more };
  const named = textOf(build["dockerfile"] ?? "Dockerfile");
  const dockerfile = pathInTree(named) ?? joinTree(context, named);
  if (dockerfile === undefined) throw outside(service, `Dockerfile ${named}`);
  return { context, dockerfile, ...more };
}

/** A list has entries of the form `NAME=value`. An argument that still has no value is not set anywhere. */
function readArgs(args: Json): Record<string, string> {
  const entries = isObject(args)
    ? Object.entries(args)
    : list(args).map((arg): [string, Json] => {
        const [name = "", ...value] = textOf(arg).split("=");
        return [name, value.length === 0 ? null : value.join("=")];
      });
  return Object.fromEntries(
    entries.filter(([, value]) => value !== null).map(([name, value]) => [name, textOf(value).replaceAll("$$", "$")]),
  );
}

function outside(service: string, what: string): CoworkError {
  return new CoworkError(
    "DEVCONTAINER_INVALID",
    `Service ${plain(service)}: the ${plain(what)} is outside the repository.`,
    {
      hint: "sessions are built from a commit of the project: use a path inside the repository",
    },
  );
}
