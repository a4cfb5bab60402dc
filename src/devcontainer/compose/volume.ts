import { isObject } from "../source/json.ts";
import { textOf } from "../judge/judge-config.ts";
import type { Json, JsonObject } from "../types.ts";

/** A volume of a service, in Compose's long form. */
export interface ServiceVolume {
  type: string;
  source: string;
  target: string;
  readOnly: boolean;
  /** all other fields, unchanged */
  rest: JsonObject;
  /** its modes, if it was written in the short form. The forms differ: only the short one creates a missing folder */
  modes?: string;
}

/** Parses the short form (`source:target:ro`) and the long form. Returns undefined for anything else. */
export function readVolume(value: Json): ServiceVolume | undefined {
  if (isObject(value)) {
    const { type = "volume", source = "", target = "", read_only: readOnly = false, ...rest } = value;
    return { type: textOf(type), source: textOf(source), target: textOf(target), readOnly: readOnly === true, rest };
  }
  const [first = "", target, modes = "", ...more] = textOf(value).split(":");
  if (more.length > 0 || first === "") return undefined;
  if (target === undefined) return { type: "volume", source: "", target: first, readOnly: false, rest: {} };
  const words = modes.split(",").filter((word) => word !== "");
  const odd = words.filter(
    (word) => !["ro", "rw", "z", "Z", "nocopy", "cached", "consistent", "delegated"].includes(word),
  );
  // A placeholder, or an absolute or relative path, is a bind; everything else is the name of a volume.
  const type = /^[\0/~.]/.test(first) ? "bind" : "volume";
  const rest: JsonObject = odd.length === 0 ? {} : { modes: odd };
  return { type, source: first, target, readOnly: words.includes("ro"), rest, modes };
}

export function renderVolume({ type, source, target, readOnly, rest, modes }: ServiceVolume): Json {
  if (modes !== undefined) return [source, target, modes].filter((part) => part !== "").join(":");
  return {
    type,
    ...(source === "" ? {} : { source }),
    target,
    ...(readOnly ? { read_only: true } : {}),
    ...rest,
  };
}
