import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { Check } from "../session-host.ts";

interface Program {
  title: string;
  file: string;
  args: string[];
  needed: boolean;
  fix: string;
  why: string;
}

const programs: Program[] = [
  {
    title: "git",
    file: "git",
    args: ["--version"],
    needed: true,
    fix: "apt-get install git",
    why: "clones are made with it",
  },
  {
    title: "docker client",
    file: "docker",
    args: ["--version"],
    needed: true,
    fix: "apt-get install docker.io",
    why: "devcontainer up needs it",
  },
  {
    title: "tmux",
    file: "tmux",
    args: ["-V"],
    needed: false,
    fix: "apt-get install tmux",
    why: "without it, closing the terminal ends what connect started",
  },
  {
    title: "debootstrap",
    file: "debootstrap",
    args: ["--version"],
    needed: false,
    fix: "apt-get install debootstrap",
    why: "builds a base image where no image registry can be reached",
  },
];

/** Checks Node and the programs that cowork runs. */
export async function checkPrograms(ctx: Context): Promise<Check[]> {
  return Promise.all([checkNode(ctx), ...programs.map((program) => checkProgram(ctx, program)), checkCompose(ctx)]);
}

async function checkNode(ctx: Context): Promise<Check> {
  return { title: "Node", status: "ok", detail: `${ctx.node.version} (${ctx.node.path})` };
}

async function checkProgram(ctx: Context, program: Program): Promise<Check> {
  const { title, file, args, needed, fix, why } = program;
  try {
    const { code, stdout } = await ctx.run(file, args, { timeoutMs: 10_000 });
    if (code === 0) return { title, status: "ok", detail: plain(stdout.split("\n")[0] ?? "") };
    return { title, status: needed ? "problem" : "warning", detail: `${file} exited with code ${code}`, fix };
  } catch (error) {
    const missing = error instanceof CoworkError && error.code === "PROGRAM_MISSING";
    const detail = missing ? `not installed: ${why}` : toCoworkError(error).message;
    return { title, status: needed ? "problem" : "warning", detail, fix };
  }
}

/** Compose, as a plugin or as a separate program: only projects with a Compose file need it. */
async function checkCompose(ctx: Context): Promise<Check> {
  const title = "Docker Compose";
  for (const [file, args] of [
    ["docker", ["compose", "version", "--short"]],
    ["docker-compose", ["version", "--short"]],
  ] as const) {
    const result = await ctx.run(file, args, { timeoutMs: 10_000 }).catch(() => undefined);
    if (result?.code === 0) return { title, status: "ok", detail: plain(result.stdout.trim()) };
  }
  return {
    title,
    status: "warning",
    detail: "not installed: projects with a Compose file need it",
    fix: "apt-get install docker-compose",
  };
}
