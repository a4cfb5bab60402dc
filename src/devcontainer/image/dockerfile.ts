import type { From } from "dockerfile-ast";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { expandVariables, unquote } from "./dockerfile-variables.ts";

/** One `FROM` of a Dockerfile. */
export interface Stage {
  /** the image or the earlier stage that it begins with, variables replaced; undefined when they could not be */
  base: string | undefined;
  /** `AS name`, lower-case as the builder compares it */
  name: string | undefined;
  /** `--platform`, as written */
  platform: string | undefined;
  /** an image from outside: neither an earlier stage nor `scratch` */
  external: boolean;
  /** the stage runs something, or one that begins with it does */
  runs: boolean;
  /** numbers of the lines that the FROM begins and ends in, from 0 */
  start: number;
  end: number;
  /** index of the earlier stage that it begins with; -1 for none */
  parent: number;
}

export interface DockerfileOutline {
  stages: Stage[];
  /** index of the stage that is built */
  target: number;
}

export interface OutlineOptions {
  /** build arguments that are handed in */
  args?: Readonly<Record<string, string>>;
  /** the stage to build; default: the last one */
  target?: string;
  /** what the builder sets by itself, `TARGETARCH` and the like */
  predefined?: Readonly<Record<string, string>>;
}

/**
 * Reads the stages of a Dockerfile.
 * @throws DEVCONTAINER_INVALID when it has no FROM, or not the target
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
  throw new CoworkError("DEVCONTAINER_INVALID", `The Dockerfile has no stage ${plain(target)} to build.`);
}

/** Stages that are made for the target, its own among them, by index: what they begin with, and so on. Not what is copied. */
export function lineage({ stages, target }: DockerfileOutline): number[] {
  const found: number[] = [];
  for (let at = target; at >= 0; at = stages[at]?.parent ?? -1) found.push(at);
  return found;
}

/**
 * Puts lines behind the FROM of stages, by their index, and leaves out what stands below the stage that is built: without
 * BuildKit the dev container CLI would build all of it. Everything else of the text stays as it is.
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
