import type { Verdict } from "./verdict.ts";

/**
 * Options of `docker build` that change how an image is built and nothing about what the build gets of the host. Left out on
 * purpose: `--network`, `--ssh`, `--secret`, `--allow`, `--security-opt`, `--build-context`, `--file`, `--tag`, `--output`,
 * `--cache-to`, `--iidfile`, `--metadata-file`, `--cgroup-parent`, `--builder`, `--push` …
 */
const harmless: Readonly<Record<string, "value" | "boolean">> = {
  "add-host": "value",
  "build-arg": "value",
  "cache-from": "value",
  compress: "boolean",
  "cpu-period": "value",
  "cpu-quota": "value",
  "cpu-shares": "value",
  "cpuset-cpus": "value",
  "cpuset-mems": "value",
  "force-rm": "boolean",
  label: "value",
  memory: "value",
  "memory-swap": "value",
  "no-cache": "boolean",
  "no-cache-filter": "value",
  platform: "value",
  progress: "value",
  pull: "boolean",
  quiet: "boolean",
  rm: "boolean",
  "shm-size": "value",
  target: "value",
  ulimit: "value",
};

const unknown = "is no option of docker build that cowork knows as harmless";

/** Judges `build.options`. `--build-arg NAME` without a value takes it from the environment of whoever builds. */
export function judgeBuildOptions(verdict: Verdict, words: readonly string[], where = "build.options"): void {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, name = "", attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const takes = Object.hasOwn(harmless, name) ? harmless[name] : undefined;
    if (takes === undefined) return verdict.add(where, words.slice(at).join(" "), unknown);
    if (takes === "boolean") continue;
    const value = attached ?? words[++at] ?? "";
    if (name === "build-arg" && !value.includes("=")) {
      verdict.add(where, `--build-arg ${value}`, "takes a variable of this machine into the image");
    }
    if (name === "cache-from" && /type=local|src=/.test(value))
      verdict.add(where, `--cache-from ${value}`, "reads a folder of the host");
  }
}
