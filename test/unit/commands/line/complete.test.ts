import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { completeWords } from "../../../../src/commands/line/complete.ts";
import { completeLine } from "../../../../src/commands/line/complete-line.ts";
import { commands } from "../../../../src/commands/registry.ts";
import { fakeCaller } from "../../../support/fakes/fake-caller.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const sources = {
  sessions: async () => ["api", "app", "web"],
  keys: async () => [{ value: "BASE_IMAGE", about: "image" }, { value: "BRANCH_PREFIX" }],
};

const table: [words: string[], values: string[]][] = [
  [["con"], ["connect", "conflicts", "config"]],
  [
    ["connect", ""],
    ["api", "app", "web"],
  ],
  [
    ["connect", "ap"],
    ["api", "app"],
  ],
  [["connect", "api", ""], []],
  [["connect", "api", "--", ""], []],
  [
    ["stop", "api", ""],
    ["app", "web"],
  ],
  [["--host", ""], ["local"]],
  [
    ["--host", "local", "st"],
    ["status", "start", "stop"],
  ],
  [["--json", "li"], ["list"]],
  [
    ["connect", "--no-"],
    ["--no-tmux", "--no-color"],
  ],
  [["init", "--from", ""], []],
  [
    ["init", "--from", "x", "a"],
    ["api", "app"],
  ],
  [
    ["config", ""],
    ["get", "set", "unset", "list"],
  ],
  [["config", "get", "BA"], ["BASE_IMAGE"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["help", "do"], ["doctor"]],
  [
    ["nonsense", "st"],
    ["status", "start", "stop"],
  ],
  [["list", ""], []],
];

test.each(table)("cowork %j completes to %j", async (words, values) => {
  expect((await completeWords(words, commands, sources)).map(({ value }) => value)).toEqual(values);
});

describe("session names", () => {
  async function world() {
    const folder = await temporaryFolder();
    const home = join(folder, "home");
    const app = join(folder, "app");
    for (const [id, record] of Object.entries({
      "app-a": { name: "a", project: "app", projectRoot: app },
      "app-b": { name: "b", project: "app", projectRoot: app },
      "app-old": { name: "old", project: "app", projectRoot: app, hidden: true },
      "app-x-c": { name: "c", project: "app-x", projectRoot: join(folder, "app-x") },
    })) {
      await mkdir(join(home, ".cowork", "state", id), { recursive: true });
      await writeFile(join(home, ".cowork", "state", id, "session.json"), JSON.stringify(record));
    }
    await mkdir(join(home, ".cowork", "state", "locks"));
    await mkdir(join(home, ".cowork", "state", "app-broken"));
    await writeFile(join(home, ".cowork", "state", "app-broken", "session.json"), "{");
    await mkdir(join(app, ".git", "worktrees", "w"), { recursive: true });
    await mkdir(join(app, "src", "deep"), { recursive: true });
    return { folder, home, app };
  }

  async function namesIn(cwd: string, home: string): Promise<string> {
    const caller = fakeCaller({ cwd, home });
    expect(await completeLine(["bash", "connect", ""], caller)).toBe(0);
    return caller.stdout();
  }

  test("are those of the current project, from records only", async () => {
    const { app, home } = await world();
    expect(await namesIn(join(app, "src", "deep"), home)).toBe("a\nb\n");
  });

  test("are those of all projects, with the project's name, outside of a project", async () => {
    const { folder, home } = await world();
    expect(await namesIn(folder, home)).toBe("app-x/c\napp/a\napp/b\n");
  });

  test("in a linked worktree they are those of the main working tree", async () => {
    const { app, folder, home } = await world();
    const worktree = join(folder, "elsewhere");
    await mkdir(worktree);
    await writeFile(join(worktree, ".git"), `gitdir: ${join(app, ".git", "worktrees", "w")}\n`);
    expect(await namesIn(worktree, home)).toBe("a\nb\n");
  });

  test("in a session's clone they are those of its project", async () => {
    const { home } = await world();
    const clone = join(home, ".cowork", "sessions", "app-a", "src");
    await mkdir(clone, { recursive: true });
    expect(await namesIn(clone, home)).toBe("a\nb\n");
  });

  test("are offered for start too if they are hidden", async () => {
    const { app, home } = await world();
    const caller = fakeCaller({ cwd: app, home });
    await completeLine(["bash", "start", ""], caller);
    expect(caller.stdout()).toBe("a\nb\nold\n");
  });

  test("are empty without a home", async () => {
    const { folder } = await world();
    expect(await namesIn(folder, join(folder, "missing"))).toBe("");
  });

  test("zsh and fish get descriptions", async () => {
    const { app, home } = await world();
    const line = async (shell: string): Promise<string> => {
      const caller = fakeCaller({ cwd: app, home });
      await completeLine([shell, "logs", "a", "--fol"], caller);
      return caller.stdout();
    };
    expect(await line("zsh")).toBe("--follow:Keep printing what comes (Ctrl-C to stop)\n");
    expect(await line("fish")).toBe("--follow\tKeep printing what comes (Ctrl-C to stop)\n");
  });
});
