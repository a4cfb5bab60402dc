import type { From } from "dockerfile-ast";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { expandVariables, unquote } from "./dockerfile-variables.ts";

/** One `FROM` of a Dockerfile. */
export interface Stage {
  /** the image or the earlier stage that it begins with, after replacing variables; undefined if they could not be replaced */
  base: string | undefined;
  /** `AS name`, lower-case as the builder compares it */
  name: string | undefined;
  /** `--platform`, as written */
  platform: string | undefined;
  /** the base is an image: neither an earlier stage nor `scratch` */
  external: boolean;
  /** the stage, or a stage that begins with it, has a RUN instruction */
  runs: boolean;
  /** line numbers where the FROM begins and ends, from 0 */
  start: number;
  end: number;
  /** index of the earlier stage that it begins with; -1 if none */
  parent: number;
}

export interface DockerfileOutline {
  stages: Stage[];
  /** index of the stage that is built */
  target: number;
}

export interface OutlineOptions {
  /** build arguments that are passed */
  args?: Readonly<Record<string, string>>;
  /** the stage to build; default: the last one */
  target?: string;
  /** variables that the builder sets itself, such as `TARGETARCH` */
  predefined?: Readonly<Record<string, string>>;
}

/**
 * Parses the stages of a Dockerfile.
 * @throws DEVCONTAINER_INVALID if it has no FROM, or does not have the target stage
 */
export async function outlineDockerfile(text: string, options: OutlineOptions = {}): Promise<DockerfileOutline> {
  const { DockerfileParser, From } = await import("dockerfile-ast");
  const file = DockerfileParser.parse(text);
  const escape = file.getEscapeCharacter();
  const globals = new Map<string, string>(Object.entries(options.predefined ?? {}));
  const stages: Stage[] = [];
  for (const instruction of file.getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === "ARG" && stages.length === 0) {
      for (const argument of instruction.getArguments())
        readArg(argument.getValue(), globals, options.args ?? {}, escape);
    } else if (instruction instanceof From) {
      stages.push(
        readStage(instruction, stages, (written) => expandVariables(written, (name) => globals.get(name), escape)),
      );
    } else if (keyword === "RUN" || keyword === "ONBUILD") {
      for (let at = stages.length - 1; at >= 0; at = stages[at]?.parent ?? -1) setRuns(stages[at]);
    }
  }
  return { stages, target: findTarget(stages, options.target) };
}

function readStage(from: From, before: readonly Stage[], expand: (text: string) => string | undefined): Stage {
  const base = expand(unquote(from.getImage() ?? "")) || undefined;
  const parent = before.findLastIndex(({ name }) => name !== undefined && name === base?.toLowerCase());
  return {
    base,
    name: from.getBuildStage()?.toLowerCase() || undefined,
    platform: from.getPlatformFlag()?.getValue() ?? undefined,
    external: parent === -1 && base !== "scratch",
    runs: false,
    start: from.getRange().start.line,
    end: from.getRange().end.line,
    parent,
  };
}

function setRuns(stage: Stage | undefined): void {
  if (stage !== undefined) Object.assign(stage, { runs: true });
}

function readArg(
  text: string,
  globals: Map<string, string>,
  args: Readonly<Record<string, string>>,
  escape: string,
): void {
  const [, name, value] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === undefined) return;
  const given = args[name];
  if (given !== undefined) globals.set(name, given);
  else if (value !== undefined) {
    const expanded = expandVariables(unquote(value), (other) => globals.get(other), escape);
    if (expanded !== undefined) globals.set(name, expanded);
  }
}

function findTarget(stages: readonly Stage[], target: string | undefined): number {
  if (stages.length === 0) throw new CoworkError("DEVCONTAINER_INVALID", "The Dockerfile has no FROM.");
  if (target === undefined || target === "") return stages.length - 1;
  const byName = stages.findLastIndex((stage) => stage.name === target.toLowerCase());
  const found = byName !== -1 || !/^\d+$/.test(target) ? byName : Number(target);
  if (stages[found] !== undefined) return found;
  throw new CoworkError("DEVCONTAINER_INVALID", `The Dockerfile has no stage ${plain(target)}.`);
}

/**
 * Returns the indexes of the target stage and of all stages that it begins with, directly or indirectly. Stages that are only
 * copied from are not included.
 */
export function lineage({ stages, target }: DockerfileOutline): number[] {
  const found: number[] = [];
  for (let at = target; at >= 0; at = stages[at]?.parent ?? -1) found.push(at);
  return found;
}

/**
 * Inserts lines after the FROM of stages, given by index, and removes everything after the stage that is built, because without
 * BuildKit the dev container CLI would build all stages. The rest of the text is unchanged.
 */
export function insertAfterFrom(
  text: string,
  { stages, target }: DockerfileOutline,
  blocks: ReadonlyMap<number, readonly string[]>,
): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(/\r?\n/);
  const next = stages[target + 1];
  if (next !== undefined) lines.splice(next.start, lines.length, "");
  for (const [index, stage] of [...stages.slice(0, target + 1).entries()].toReversed()) {
    const block = blocks.get(index);
    if (block !== undefined && block.length > 0) lines.splice(stage.end + 1, 0, ...block);
  }
  return lines.join(newline);
}
