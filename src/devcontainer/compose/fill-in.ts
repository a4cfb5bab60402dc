import { child, isNothing, mapEntries, scalar, withEntries, type ComposeNode, type MapNode } from "./compose-node.ts";
import { interpolate, InterpolationError, literal, type Lookup, type Scope } from "./interpolate.ts";
import { invalid } from "./read-yaml.ts";

export interface Filling {
  /** path of the file, for messages */
  path: string;
  scope: Scope;
  /** value of a variable that `environment` names without a value, if it may be filled in here */
  forEnvironment: Lookup;
}

/**
 * Returns a Compose file with all its variables filled in, so that Compose finds none: in values, as Compose does it, and in
 * `environment` and `build.args` entries without a value.
 * @throws DEVCONTAINER_INVALID for a variable that cannot be parsed, or that is required and not set
 */
export function fillIn(document: MapNode, filling: Filling): MapNode {
  const filled = mapEntries(document, (value, name) => (name === "version" ? value : fill(value, filling, [name])));
  const services = child(filled, "services");
  if (filled.kind !== "map" || services === undefined) return document;
  return withEntries(filled, { services: mapEntries(services, (service) => fillNames(service, filling)) });
}

function fill(node: ComposeNode, filling: Filling, place: readonly string[]): ComposeNode {
  if (node.kind === "list") return { ...node, items: node.items.map((item) => fill(item, filling, place)) };
  if (node.kind === "map") return mapEntries(node, (value, name) => fill(value, filling, [...place, name]));
  if (!node.text.includes("$")) return node;
  try {
    return { ...node, text: literal(interpolate(node.text, filling.scope)), plain: false };
  } catch (error) {
    if (!(error instanceof InterpolationError)) throw error;
    throw invalid(`${filling.path}: ${place.join(": ")}:`, error.message);
  }
}

function fillNames(service: ComposeNode, { scope, forEnvironment }: Filling): ComposeNode {
  if (service.kind !== "map") return service;
  const build = child(service, "build");
  const args = child(build, "args");
  const environment = child(service, "environment");
  return withEntries(service, {
    ...(environment === undefined ? {} : { environment: fillList(environment, forEnvironment) }),
    ...(build?.kind !== "map" || args === undefined
      ? {}
      : { build: withEntries(build, { args: fillList(args, scope.lookup) }) }),
  });
}

/** The forms `[NAME]` and `{NAME: null}`. */
function fillList(node: ComposeNode, given: Lookup): ComposeNode {
  if (node.kind === "list") {
    const items = node.items.map((item) => {
      const value = item.kind !== "scalar" || item.text.includes("=") ? undefined : given(item.text);
      return value === undefined || item.kind !== "scalar" ? item : scalar(`${item.text}=${literal(value)}`);
    });
    return { ...node, items };
  }
  return mapEntries(node, (value, name) => {
    const put = isNothing(value) ? given(name) : undefined;
    return put === undefined ? value : scalar(literal(put));
  });
}
