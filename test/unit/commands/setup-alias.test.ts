import { execFile, execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/commands/line/cli.ts";
import { fakeCaller } from "../../support/fakes/fake-caller.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const run = promisify(execFile);

const shells = ["bash", "zsh", "fish"];

const startFiles: Record<string, string> = { bash: ".bashrc", zsh: ".zshrc", fish: ".config/fish/config.fish" };

interface World {
  home: string;
  /** a repository with a commit */
  project: string;
  env: Record<string, string>;
}

/** A home with the start-up file that `setup --yes` made, and programs in place of cowork and claude that log how they were called. */
async function world(shell: string, before?: string): Promise<World> {
  const home = await temporaryFolder();
  const file = join(home, startFiles[shell] ?? "");
  if (shell === "fish") await mkdir(join(home, ".config", "fish"), { recursive: true });
  if (before !== undefined) await writeFile(file, before);
  const caller = fakeCaller({ cwd: home, home, env: { NO_COLOR: "1", SHELL: `/bin/${shell}` } });
  expect(await runCli(["setup", "--yes"], caller)).toBe(0);
  await mkdir(join(home, "bin"));
  for (const name of ["cowork", "claude"])
    await writeFile(
      join(home, "bin", name),
      `#!/bin/sh\n{ printf '%s' ${name}; [ $# = 0 ] || printf '|%s' "$@"; echo; } >>"$HOME/log"\n`,
      { mode: 0o755 },
    );
  const project = join(home, "src", "app");
  await mkdir(join(project, "deep"), { recursive: true });
  const PATH = `${home}/bin:/usr/local/bin:/usr/bin:/bin`;
  const env = { HOME: home, PATH, TERM: "dumb", LANG: "C.UTF-8", GIT_CEILING_DIRECTORIES: home };
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.invalid"];
  execFileSync("git", ["init", "-q"], { cwd: project, env });
  execFileSync("git", [...identity, "commit", "-q", "--allow-empty", "-m", "first"], { cwd: project, env });
  return { home, project, env };
}

interface Typed {
  cwd?: string;
  env?: Record<string, string>;
  terminal?: boolean;
}

/** What was called when an interactive shell runs these words on a terminal, one line a call; without how completion is loaded. */
async function called(shell: string, { home, project, env }: World, words: string, how: Typed = {}): Promise<string[]> {
  await rm(join(home, "log"), { force: true });
  const options = { cwd: how.cwd ?? project, env: { ...env, ...how.env } };
  const command = [shell, ...(shell === "zsh" ? ["-d"] : []), "-ic", words];
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  if (how.terminal === false) await run("sh", ["-c", `${line} </dev/null | cat`], options);
  else await run("script", ["-qec", line, "/dev/null"], options);
  const log = await readFile(join(home, "log"), "utf8").catch(() => "");
  return log.split("\n").filter((one) => one !== "" && !one.startsWith("cowork|completion"));
}

describe.each(shells)("claude as a function of %s", (shell) => {
  test("in a project, alone or with a prompt, opens a session", async () => {
    const place = await world(shell);
    const prompts = `claude; claude "fix it"; claude 'it'\\''s; $HOME "x" *'; claude "two
lines"`.replace("'it'\\''s", shell === "fish" ? "'it\\'s" : "'it'\\''s");
    expect(await called(shell, place, prompts, { cwd: join(place.project, "deep") })).toEqual([
      "cowork|open|--rm|--agent|claude",
      "cowork|open|--rm|--agent|claude|--|fix it",
      `cowork|open|--rm|--agent|claude|--|it's; $HOME "x" *`,
      "cowork|open|--rm|--agent|claude|--|two",
      "lines",
    ]);
  });

  test("with a flag, a subcommand or several words is the program", async () => {
    const place = await world(shell);
    const words = `claude --resume; claude mcp list; claude update; claude "-p what is this"; claude -p "what is this"; claude ""; command claude`;
    expect(await called(shell, place, words)).toEqual([
      "claude|--resume",
      "claude|mcp|list",
      "claude|update",
      "claude|-p what is this",
      "claude|-p|what is this",
      "claude|",
      "claude",
    ]);
  });

  test("outside of a project, without a commit, without a terminal and in a session it is the program", async () => {
    const place = await world(shell);
    const { home, project } = place;
    const empty = join(home, "empty");
    const clone = join(home, ".cowork", "sessions", "app-a");
    execFileSync("git", ["init", "-q", empty], { env: place.env });
    await mkdir(join(home, ".cowork", "sessions"), { recursive: true });
    execFileSync("git", ["clone", "-q", project, clone], { env: place.env });
    const ways: Typed[] = [
      { cwd: home },
      { cwd: empty },
      { cwd: clone },
      { terminal: false },
      { env: { COWORK_SESSION: "a" } },
    ];
    for (const way of ways) expect([way, await called(shell, place, "claude", way)]).toEqual([way, ["claude"]]);
    const elsewhere = { cwd: clone, env: { COWORK_HOME: join(home, "other") } };
    expect(await called(shell, place, "claude", elsewhere)).toEqual(["cowork|open|--rm|--agent|claude"]);
    await rm(join(home, "bin", "cowork"));
    expect(await called(shell, place, "claude")).toEqual(["claude"]);
  });

  test("is not defined over an alias or a function that the user has elsewhere", async () => {
    const other =
      shell === "fish" ? "function claude; echo mine >>$HOME/log; end" : "alias claude='echo mine >>$HOME/log'";
    const sourced = await world(shell, ". $HOME/mine\n");
    await writeFile(join(sourced.home, "mine"), `${other}\n`);
    expect(await readFile(join(sourced.home, startFiles[shell] ?? ""), "utf8")).toContain("cowork setup: alias");
    const words = shell === "fish" ? "claude" : "eval claude";
    expect(await called(shell, sourced, words)).toEqual(["mine"]);
  });
});

describe("the user's own claude", () => {
  test.each([
    ["bash", "alias claude='/opt/claude'\n"],
    ["bash", "if true; then alias ll=ls claude=x; fi\n", "not-set-up"],
    ["bash", "claude() { :; }\n"],
    ["zsh", "function claude {\n}\n"],
    ["zsh", "  alias -g claude=x\n"],
    ["fish", "alias claude /opt/claude\n"],
    ["fish", "abbr -a claude x\n"],
    ["bash", "# alias claude=x\nalias claudette=x\nmyclaude() { :; }\n", "not-set-up"],
    ["fish", "# function claude\nfunction claude_x\nend\n", "not-set-up"],
  ])("in the start-up file of %s is kept: %j", async (shell, text, state = "taken") => {
    const home = await temporaryFolder();
    if (shell === "fish") await mkdir(join(home, ".config", "fish"), { recursive: true });
    const file = join(home, startFiles[shell] ?? "");
    await writeFile(file, text);
    const caller = (): ReturnType<typeof fakeCaller> =>
      fakeCaller({ cwd: home, home, env: { NO_COLOR: "1", SHELL: "" } });
    const status = caller();
    await runCli(["setup", "--status", "--json"], status);
    expect(JSON.parse(status.stdout())).toMatchObject({
      setup: [{ name: "alias", shell, state }, { name: "completion" }, { name: "notifications" }],
    });
    if (state !== "taken") return;
    const made = caller();
    await runCli(["setup", "--yes"], made);
    expect(made.stdout()).toContain("your own one is kept");
    expect(await readFile(file, "utf8")).not.toContain("cowork setup: alias");
    await runCli(["setup", "--undo"], caller());
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test.each([
    ["bash", ".bash_aliases", "alias claude=x\n"],
    ["fish", ".config/fish/functions/claude.fish", "function claude\nend\n"],
  ])("of %s is found in %s too", async (shell, file, text) => {
    const home = await temporaryFolder();
    await mkdir(join(home, ".config", "fish", "functions"), { recursive: true });
    await writeFile(join(home, file), text);
    const caller = fakeCaller({ cwd: home, home, env: { SHELL: "/bin/bash" } });
    await runCli(["setup", "--status", "--json"], caller);
    const { setup } = JSON.parse(caller.stdout()) as { setup: { name: string; shell: string; state: string }[] };
    expect(setup.filter(({ state }) => state === "taken")).toMatchObject([{ name: "alias", shell }]);
  });
});
