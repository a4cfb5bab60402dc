import { unclear } from "./judge-mount.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Options of `docker build` that change how an image is built, but give the build nothing of the host. Deliberately not included:
 * `--network`, `--ssh`, `--secret`, `--allow`, `--security-opt`, `--build-context`, `--file`, `--tag`, `--output`, `--cache-to`,
 * `--iidfile`, `--metadata-file`, `--cgroup-parent`, `--builder`, `--push` …
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

const unknown = "is not an option of docker build that cowork knows to be harmless";

/** Judges `build.options`. `--build-arg NAME` without a value takes it from the environment of the user who builds. */
export function judgeBuildOptions(verdict: Verdict, words: readonly string[], where = "build.options"): void {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, name = "", attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const takes = Object.hasOwn(harmless, name) ? harmless[name] : undefined;
    if (takes === undefined) return verdict.add(where, words.slice(at).join(" "), unknown);
    if (takes === "boolean") continue;
    const value = attached ?? words[++at] ?? "";
    if (name === "build-arg" && !value.includes("=")) {
      verdict.add(where, `--build-arg ${value}`, "passes a variable of this machine to the image");
    }
    if (name === "cache-from") judgeCacheSource(verdict, where, value, "--cache-from ");
    else if (name !== "label" && name !== "build-arg" && !/^[\w.:/=[\]-]*$/.test(value)) {
      verdict.add(where, `--${name} ${value}`, unclear);
    }
  }
}

/**
 * Accepts only the plain name of an image. In other forms the builder reads fields (`type=…,src=…`), which can name folders of the
 * host, or services that receive the credentials of the user who builds.
 */
export function judgeCacheSource(verdict: Verdict, where: string, from: string, option = ""): void {
  if (/^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(from)) return;
  verdict.add(
    where,
    `${option}${from}`,
    "is not a plain image name: it can read the host's files or send its credentials",
  );
}
