import { describe, expect, test } from "vitest";
import { parseLine } from "../../../../src/commands/line/parse.ts";
import { commands } from "../../../../src/commands/registry.ts";
import { CoworkError } from "../../../../src/errors.ts";

interface Meaning {
  command?: string;
  args?: string[];
  flags?: Record<string, unknown>;
  globals?: Record<string, unknown>;
  rest?: string[];
}

function read(line: string[]): Meaning {
  const { command, globals, input } = parseLine(line, commands);
  const given = (values: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== false));
  return {
    ...(command === undefined ? {} : { command: command.name }),
    args: [...input.args],
    flags: given(input.flags),
    globals: given(globals),
    ...(input.rest === undefined ? {} : { rest: [...input.rest] }),
  };
}

const understood: [line: string, meaning: Meaning][] = [
  ["", {}],
  ["--json", { globals: { json: true } }],
  ["list", { command: "list" }],
  ["list --all --json", { command: "list", flags: { all: true }, globals: { json: true } }],
  ["--json list", { command: "list", globals: { json: true } }],
  ["--host local list", { command: "list", globals: { host: "local" } }],
  ["list --host=local", { command: "list", globals: { host: "local" } }],
  [
    "--no-color --verbose status a b",
    { command: "status", args: ["a", "b"], globals: { "no-color": true, verbose: true } },
  ],
  ["init a b c", { command: "init", args: ["a", "b", "c"] }],
  ["init a --from v1 --branch x/y", { command: "init", args: ["a"], flags: { from: "v1", branch: "x/y" } }],
  ["init --from=HEAD~1 a", { command: "init", args: ["a"], flags: { from: "HEAD~1" } }],
  ["init --from a --from b", { command: "init", flags: { from: "b" } }],
  ["init a --base-image debian:12", { command: "init", args: ["a"], flags: { "base-image": "debian:12" } }],
  [
    "init a --no-start --trust --dry-run",
    { command: "init", args: ["a"], flags: { "no-start": true, trust: true, "dry-run": true } },
  ],
  ["init 007 1e3 0x10", { command: "init", args: ["007", "1e3", "0x10"] }],
  ["init -- -rf", { command: "init", args: ["-rf"] }],
  ["init a -- b", { command: "init", args: ["a", "b"] }],
  ["clean --dry-run false", { command: "clean", args: ["false"], flags: { "dry-run": true } }],
  ["clean --force true a", { command: "clean", args: ["true", "a"], flags: { force: true } }],
  ["clean a --images --purge", { command: "clean", args: ["a"], flags: { images: true, purge: true } }],
  ["connect a", { command: "connect", args: ["a"] }],
  ["connect a --no-tmux", { command: "connect", args: ["a"], flags: { "no-tmux": true } }],
  ["connect a --", { command: "connect", args: ["a"] }],
  ["connect a -- ls -la --json -- x", { command: "connect", args: ["a"], rest: ["ls", "-la", "--json", "--", "x"] }],
  ["logs a -f", { command: "logs", args: ["a"], flags: { follow: true } }],
  ["logs --follow a", { command: "logs", args: ["a"], flags: { follow: true } }],
  ["start --rebuild a", { command: "start", args: ["a"], flags: { rebuild: true } }],
  ["stop --all", { command: "stop", flags: { all: true } }],
  ["config set BASE_IMAGE debian:12", { command: "config", args: ["set", "BASE_IMAGE", "debian:12"] }],
  ["config list --user", { command: "config", args: ["list"], flags: { user: true } }],
  ["doctor --fix", { command: "doctor", flags: { fix: true } }],
  ["completion bash", { command: "completion", args: ["bash"] }],
  ["ls --json", { command: "list", globals: { json: true } }],
  ["new a", { command: "init", args: ["a"] }],
  ["rm a --dry-run", { command: "clean", args: ["a"], flags: { "dry-run": true } }],
  ["connect -- ls", { command: "connect", rest: ["ls"] }],
  ["help init", { command: "help", args: ["init"] }],
  ["connect --help", { command: "connect", globals: { help: true } }],
  ["-h", { globals: { help: true } }],
];

describe("a valid command line", () => {
  test.each(understood)("cowork %s", async (line, meaning) => {
    const expected = { args: [], flags: {}, globals: {}, ...meaning };
    expect(read(line.split(" ").filter(Boolean))).toEqual(expected);
  });

  test("words may contain spaces or be empty", async () => {
    const { rest } = read(["connect", "a", "--", "sh", "-c", "echo  'a b'", ""]);
    expect(rest).toEqual(["sh", "-c", "echo  'a b'", ""]);
  });
});

const refused: [line: string, message: string, hint: string][] = [
  ["lst", 'Unknown command "lst". Did you mean list?', "cowork list"],
  ["conect a", 'Unknown command "conect". Did you mean connect?', "cowork connect"],
  ["-- list", 'Unknown command "list".', "cowork help"],
  ["xyzzy", 'Unknown command "xyzzy".', "cowork help"],
  ["exec a ls", "exec is not a cowork command.", "cowork connect <session> -- <command>"],
  ["ps", "ps is not a cowork command.", "cowork list"],
  ["attach a", "attach is not a cowork command.", "cowork connect <session>"],
  ["list --al", "Unknown option --al for cowork list. Did you mean --all?", "cowork help list"],
  [
    "init a --basee-image x",
    "Unknown option --basee-image for cowork init. Did you mean --base-image?",
    "cowork help init",
  ],
  ["--jsn", "Unknown option --jsn for cowork. Did you mean --json?", "cowork help"],
  ["init -rf", "Unknown option -r for cowork init.", "cowork help init"],
  ["init a --from", "--from needs a value.", "cowork help init"],
  ["init a --from=", "--from needs a value.", "cowork help init"],
  ["init a --from --trust", "--from needs a value.", "cowork help init"],
  ["list a", 'cowork list does not take the argument "a".', "cowork help list"],
  ["connect a ls -la", 'cowork connect does not take the argument "ls".', "cowork connect a -- ls -la"],
  ["list --_ x", "Unknown option --_ for cowork list.", "cowork help list"],
  ["list --$0=x", "Unknown option --$0=x for cowork list.", "cowork help list"],
  ["list --constructor", "Unknown option --constructor for cowork list.", "cowork help list"],
];

const foreign = "attach exec ps create destroy up down shell enter kill delete remove".split(" ");

function thrownBy(line: string[]): CoworkError {
  try {
    parseLine(line, commands);
  } catch (error) {
    return error as CoworkError;
  }
  throw new Error(`cowork ${line.join(" ")} was accepted`);
}

describe("an invalid command line", () => {
  test.each([
    [["send", "", "hi"], "session"],
    [["stop", "a", ""], "session"],
    [["cp", "", "a:."], "from"],
    [["projects", "remove", ""], "project"],
  ])("an empty word stands for nothing: %j", (line, name) => {
    const { code, message } = thrownBy(line);
    expect([code, message]).toEqual(["USAGE", `cowork ${line[0] ?? ""}: the argument ${name} is empty.`]);
    // A value and a text may be empty: the command says what that means.
    for (const given of [
      ["config", "set", "TEST", ""],
      ["send", "a", ""],
    ])
      expect(() => read(given)).not.toThrow();
  });

  test.each(foreign)("cowork %s, a command of another tool, suggests an existing command", async (verb) => {
    const error = thrownBy([verb]);
    expect(error.toView()).toMatchObject({ code: "USAGE", message: `${verb} is not a cowork command.` });
    const [, ours = ""] = /^cowork (\w+)/.exec(error.hint ?? "") ?? [];
    expect(commands.map(({ name }) => name)).toContain(ours);
  });

  test.each(refused)("cowork %s", async (line, message, hint) => {
    const error = thrownBy(line.split(" ").filter(Boolean));
    expect(error).toBeInstanceOf(CoworkError);
    expect(error.toView()).toMatchObject({ code: "USAGE", message, hint });
    expect(error.exitCode).toBe(2);
  });
});
