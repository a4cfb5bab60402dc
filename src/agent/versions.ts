import type { Settings } from "../config/types.ts";
import { CoworkError } from "../errors.ts";
import type { EngineInfo } from "../engine/types.ts";
import type { Agent, Variant } from "./types.ts";

/**
 * The version that these settings select. It is used as a folder name and in a request, so only a plain version is accepted.
 * @throws CoworkError CONFIG_VALUE_INVALID
 */
export function chooseVersion(agent: Agent, settings: Settings): string {
  const wanted = agent.install.wanted(settings);
  if (wanted === undefined) return agent.install.pinned;
  const { oldest } = agent.install;
  if (!isVersion(wanted)) {
    throw new CoworkError("CONFIG_VALUE_INVALID", `${JSON.stringify(wanted)} is not a version of ${agent.title}.`, {
      hint: `use a version like ${agent.install.pinned}`,
    });
  }
  if (compareVersions(wanted, oldest.version) < 0) {
    throw new CoworkError("CONFIG_VALUE_INVALID", `${agent.title} ${wanted} is too old: ${oldest.why}.`, {
      hint: `use ${oldest.version} or newer; cowork is tested with ${agent.install.pinned}`,
    });
  }
  return wanted;
}

export function isVersion(text: string): boolean {
  return /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[0-9A-Za-z.]{1,40})?$/.test(text);
}

/** Negative if `a` is older than `b`. A version with a suffix is older than the same version without. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): [number[], string] => {
    const [numbers = "", ...suffix] = text.split("-");
    return [numbers.split(".").map(Number), suffix.join("-")];
  };
  const [left, leftSuffix] = parts(a);
  const [right, rightSuffix] = parts(b);
  for (let i = 0; i < 3; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (leftSuffix === rightSuffix) return 0;
  if (leftSuffix === "") return 1;
  return rightSuffix === "" || leftSuffix < rightSuffix ? -1 : 1;
}

/** The variant for containers of an engine, unless an image needs another. Undefined if there is none. */
export function variantFor(info: Pick<EngineInfo, "os" | "arch">, musl = false): Variant | undefined {
  if (info.os !== "linux" || (info.arch !== "x64" && info.arch !== "arm64")) return undefined;
  return `linux-${info.arch}${musl ? "-musl" : ""}`;
}
