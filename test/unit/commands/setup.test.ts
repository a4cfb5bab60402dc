import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { aliasLines } from "../../../src/app/set-up/setup-alias.ts";
import { runCli } from "../../../src/commands/line/cli.ts";
import { fakeCaller, type FakeCaller } from "../../support/fakes/fake-caller.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

let home: string;

beforeEach(async () => {
  home = await temporaryFolder();
  await writeFile(join(home, ".bashrc"), "alias ll='ls -l'\n");
});

async function run(
  line: string,
  more: { columns?: number; env?: Record<string, string>; answers?: [alias: string, completion: string] } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const caller = fakeCaller({
    cwd: home,
    home,
    ...more,
    env: { NO_COLOR: "1", SHELL: "/bin/bash", PATH: "/usr/bin:/bin", ...more.env },
  });
  if (more.answers !== undefined) answer(caller, more.answers);
  const code = await runCli(line.split(" "), caller);
  return { code, stdout: caller.stdout(), stderr: caller.stderr() };
}

/** Types an answer to each question once it is shown. */
function answer(caller: FakeCaller, [alias, completion]: [string, string]): void {
  const type = async function* (): AsyncGenerator<string> {
    for (const [question, key] of [
      ["Set up your agent as a shell function", alias],
      ["Set up completion (bash)?", completion],
      ["Set up notifications", "n"],
    ] as const) {
      while (!caller.stderr().includes(question)) await setTimeout(5);
      yield key;
    }
  };
  const stdin = Readable.from(type());
  Object.assign(caller.streams, {
    stdin: Object.assign(stdin, { isTTY: true, columns: 80, rows: 24, setRawMode: () => stdin }),
  });
}

const read = async (name: string): Promise<string> => await readFile(join(home, name), "utf8");

const alias = `# >>> cowork setup: alias >>>\n${aliasLines("claude").bash}\n# <<< cowork setup: alias <<<\n`;
const completion = [
  "# >>> cowork setup: completion >>>",
  `if command -v cowork >/dev/null 2>&1; then eval "$(cowork completion bash)"; fi`,
  "# <<< cowork setup: completion <<<",
  "",
].join("\n");
const added = alias + completion;

describe("cowork setup", () => {
  test("--yes adds it once, --undo removes only that", async () => {
    const first = await run("setup --yes --json");
    expect(JSON.parse(first.stdout)).toEqual({
      setup: [
        ...["alias", "completion"].map((name) => ({
          name,
          shell: "bash",
          file: join(home, ".bashrc"),
          state: "set-up",
        })),
        // It needs answers.
        { name: "notifications", file: join(home, ".cowork", ".cowork.conf"), state: "not-set-up" },
      ],
    });
    expect(await read(".bashrc")).toBe(`alias ll='ls -l'\n${added}`);
    const again = await run("setup --yes");
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(await read(".bashrc")).toBe(`alias ll='ls -l'\n${added}`);
    expect((await run("setup --undo")).stdout).toContain("not set up");
    expect(await read(".bashrc")).toBe("alias ll='ls -l'\n");
    expect((await run("setup --undo")).code).toBe(0);
  });

  test("asks on a terminal, and changes nothing after a no", async () => {
    await run("setup", { columns: 80, answers: ["n", "n"] });
    expect(await read(".bashrc")).toBe("alias ll='ls -l'\n");
    const yes = await run("setup", { columns: 80, answers: ["n", "y"] });
    expect([yes.code, await read(".bashrc")]).toEqual([0, `alias ll='ls -l'\n${completion}`]);
    expect(yes.stderr).toContain("Next: open a new terminal, type cowork and press Tab");
    expect(yes.stderr).not.toContain("type claude");
  });

  test("Ctrl-C at a question ends it: no other is asked, and what was answered yes stays", async () => {
    const { code, stderr } = await run("setup", { columns: 80, answers: ["y", "\u0003"] });
    expect([code, stderr]).toEqual([130, expect.stringContaining("What was set up before it stays.")]);
    expect(stderr).not.toContain("Set up notifications");
    expect(await read(".bashrc")).toBe(`alias ll='ls -l'\n${alias}`);
  });

  test("without a terminal it prints the next step and changes nothing", async () => {
    const { code, stderr } = await run("setup");
    expect([code, await read(".bashrc")]).toEqual([2, "alias ll='ls -l'\n"]);
    expect(stderr).toContain("Next: cowork setup --yes");
  });

  test("--status shows the state and changes nothing", async () => {
    await mkdir(join(home, ".config", "fish"), { recursive: true });
    await writeFile(join(home, ".zshrc"), 'eval "$(cowork completion zsh)"\n');
    await writeFile(join(home, ".bashrc"), added.replace("then eval", "then  eval"));
    const { code, stdout } = await run("setup --status --json");
    const { setup } = JSON.parse(stdout) as { setup: { name: string; shell: string; state: string }[] };
    expect([code, setup.map(({ name, shell, state }) => `${name} ${shell} ${state}`)]).toEqual([
      0,
      [
        "alias bash set-up",
        "alias zsh not-set-up",
        "alias fish not-set-up",
        "completion bash outdated",
        "completion zsh by-hand",
        "completion fish not-set-up",
        "notifications undefined not-set-up",
      ],
    ]);
    for (const line of (await run("setup --status", { columns: 60 })).stdout.split("\n"))
      expect(line.length).toBeLessThanOrEqual(60);
    await run("setup --yes");
    expect(await read(".bashrc")).toBe(added);
    expect(await read(".zshrc")).toBe(
      `eval "$(cowork completion zsh)"\n${alias.replace(aliasLines("claude").bash, aliasLines("claude").zsh)}`,
    );
    // --undo removes a file that setup created.
    expect(await read(".config/fish/config.fish")).toContain("cowork completion fish | source");
    await run("setup --undo");
    await expect(stat(join(home, ".config/fish/config.fish"))).rejects.toThrow("ENOENT");
  });

  test("a link into a folder of dotfiles is kept, and so are mode and invalid bytes", async () => {
    const odd = Buffer.from([0x61, 0xff, 0xfe, 0x0a]);
    await mkdir(join(home, "dotfiles"));
    await writeFile(join(home, "dotfiles", "zshrc"), odd);
    await chmod(join(home, "dotfiles", "zshrc"), 0o640);
    await symlink("dotfiles/zshrc", join(home, ".zshrc"));
    await run("setup --yes");
    expect((await lstat(join(home, ".zshrc"))).isSymbolicLink()).toBe(true);
    expect((await stat(join(home, ".zshrc"))).mode & 0o777).toBe(0o640);
    expect((await readFile(join(home, ".zshrc"))).subarray(0, odd.length)).toEqual(odd);
    await run("setup --undo");
    expect(await readFile(join(home, ".zshrc"))).toEqual(odd);
  });

  test("flags that cannot be combined are refused", async () => {
    expect((await run("setup --undo --status")).code).toBe(2);
  });

  test("what it adds works in bash, even without cowork", async () => {
    await run("setup --yes");
    const shell = (path: string): string =>
      execFileSync("/bin/bash", ["--norc", "-c", `. "$1/.bashrc"; complete -p cowork 2>&1; echo ok`, "sh", home], {
        env: { PATH: path },
        encoding: "utf8",
      });
    await mkdir(join(home, "bin"));
    await writeFile(join(home, "bin", "cowork"), "#!/bin/sh\necho 'complete -W x cowork'\n", { mode: 0o755 });
    expect(shell(`${home}/bin:/usr/bin:/bin`)).toBe("complete -W 'x' cowork\nok\n");
    expect(shell("/usr/bin:/bin")).toMatch(/no completion specification\nok\n$/);
  });
});

describe("cowork setup, with the user's own claude", () => {
  /** A claude that keeps one server of each scope in a file, and prints what the real one prints. */
  async function claudeHere(server = ""): Promise<string> {
    const bin = join(home, "programs");
    await mkdir(bin);
    if (server !== "") await writeFile(join(home, "server"), server);
    const script = `#!/bin/sh
cd "$HOME" && echo "$PWD: $*" >>called
case "$*" in
  "mcp get cowork") [ -s server ] || { echo 'No MCP server named "cowork".' >&2; exit 1; }; cat server ;;
  "mcp add --scope user cowork -- cowork mcp") [ ! -e broken ] || { echo "no space left" >&2; exit 1; }
    printf 'cowork:\n  Scope: User config (available in all your projects)\n  Status: ok\n  Type: stdio\n  Command: cowork\n  Args: mcp\n' >server ;;
  "mcp remove --scope user cowork") rm server ;;
  *) exit 9 ;;
esac
`;
    await writeFile(join(bin, "claude"), script, { mode: 0o755 });
    return `${bin}:/usr/bin:/bin`;
  }

  const stateOf = (stdout: string): string | undefined =>
    (JSON.parse(stdout) as { setup: { name: string; state: string }[] }).setup.find(({ name }) => name === "mcp")
      ?.state;

  test("it becomes a server of claude through claude's own command, once, and --undo removes it", async () => {
    const env = { PATH: await claudeHere() };
    expect(stateOf((await run("setup --status --json", { env })).stdout)).toBe("not-set-up");
    const made = await run("setup --yes", { env });
    expect(made.stdout).toMatch(/mcp \(claude\) +set up/);
    expect(made.stderr).toContain("ask it what your sessions do");
    expect(stateOf((await run("setup --yes --json", { env })).stdout)).toBe("set-up");
    expect((await read("called")).match(/mcp add/g)).toHaveLength(1);
    expect(stateOf((await run("setup --undo --json", { env })).stdout)).toBe("not-set-up");
    await expect(stat(join(home, "server"))).rejects.toThrow("ENOENT");
  });

  test.each([
    ["another program", "cowork:\n  Scope: User config\n  Command: /opt/other\n  Args: mcp\n"],
    ["other arguments", "cowork:\n  Scope: User config\n  Command: cowork\n  Args: mcp --role operate\n"],
    ["another scope", "cowork:\n  Scope: Local config\n  Command: cowork\n  Args: mcp\n"],
  ])("a server of that name with %s is kept, also by --undo", async (_, server) => {
    const env = { PATH: await claudeHere(server) };
    expect((await run("setup --yes", { env })).stdout).toContain("your own server cowork is kept");
    await run("setup --undo", { env });
    expect(await read("server")).toBe(server);
  });

  test("what claude says when it fails is the error, with the command to run", async () => {
    const env = { PATH: await claudeHere() };
    await writeFile(join(home, "broken"), "");
    const { code, stderr } = await run("setup --yes", { env });
    expect([code, stderr]).toEqual([1, expect.stringContaining("claude mcp add failed: no space left")]);
    expect(stderr).toContain("claude mcp add --scope user cowork -- cowork mcp");
  });
});

/** What the real programs print for a server, with `mcp get cowork --json`. */
const printed = {
  codex: (command: string) => ({
    name: "cowork",
    enabled: true,
    transport: { type: "stdio", command, args: ["mcp"], env: null, cwd: null },
  }),
  copilot: (command: string, source = "user") => ({
    cowork: { tools: ["*"], type: "local", command, args: ["mcp"], source, enabled: true },
  }),
};

describe.each(["codex", "copilot"] as const)("cowork setup, with the user's own %s", (program) => {
  /** A program that keeps one server in a file. */
  async function programHere(server?: object): Promise<string> {
    const bin = join(home, "programs");
    await mkdir(bin);
    if (server !== undefined) await writeFile(join(home, "server"), JSON.stringify(server));
    const script = `#!/bin/sh
cd "$HOME" && echo "$*" >>called
case "$*" in
  "mcp get cowork --json") [ -s server ] || { echo "Error: not found" >&2; exit 1; }; cat server ;;
  "mcp add cowork -- cowork mcp") echo '${JSON.stringify(printed[program]("cowork"))}' >server ;;
  "mcp remove cowork") rm server ;;
  *) exit 9 ;;
esac
`;
    await writeFile(join(bin, program), script, { mode: 0o755 });
    return `${bin}:/usr/bin:/bin`;
  }

  test("it becomes a server through the program's own command, once, and --undo removes it", async () => {
    const env = { PATH: await programHere() };
    const made = await run("setup --yes", { env });
    expect(made.stdout).toContain(`mcp (${program})`);
    expect(made.stdout).toMatch(/mcp \(\w+\) +set up/);
    await run("setup --yes", { env });
    expect((await read("called")).match(/mcp add/g)).toHaveLength(1);
    expect((await run("setup --undo", { env })).code).toBe(0);
    await expect(stat(join(home, "server"))).rejects.toThrow("ENOENT");
  });

  test("another server of that name is kept, also by --undo", async () => {
    const other = program === "codex" ? printed.codex("/opt/other") : printed.copilot("cowork", "workspace");
    const env = { PATH: await programHere(other) };
    expect((await run("setup --yes", { env })).stdout).toContain("your own server cowork is kept");
    await run("setup --undo", { env });
    expect(JSON.parse(await read("server"))).toEqual(other);
  });
});
