import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { globalFlags } from "../../../src/commands/line/command.ts";
import { commands } from "../../../src/commands/registry.ts";
import { tree } from "../../support/git/tree.ts";

interface Hint {
  file: string;
  /** the command line up to the first word of prose; names are shown as `…` */
  line: string;
}

/** Words after `cowork` in prose, which do not start a command line. */
const prose = /^(?:is|can|carries|follows|keeps|makes|takes|needs|was|on|and|for|to|that|does|starts|command|home)$/;

/** Every text in the source that contains `cowork <word>`, without comments. Interpolated values are names or paths. */
async function hintsInSource(): Promise<Hint[]> {
  const folder = join(tree, "src");
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  const hints: Hint[] = [];
  for (const file of files) {
    const text = (await readFile(join(folder, file), "utf8"))
      .split("\n")
      .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
      .join("\n");
    // Commands given as data; anything but a word in quotes is a name or a path.
    for (const [, name = "", rest = ""] of text.matchAll(/\bownCommand\(\s*"([a-z-]+)"((?:[^()]|\([^()]*\))*)\)/g)) {
      const args = rest.match(/"[^"]*"|[^\s,"]+/g) ?? [];
      hints.push({
        file,
        line: [name, ...args.map((arg) => (arg.startsWith('"') ? arg.slice(1, -1) : "…"))].join(" "),
      });
    }
    for (const [literal] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)) {
      const plainText = literal.slice(1, -1).replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…");
      for (const [, line = ""] of plainText.matchAll(/\bcowork ((?:--?)?[a-z][^;,:()`"'\n]*)/g)) {
        hints.push({ file, line: line.trim().replace(/^--host \S+ /, "") });
      }
    }
  }
  return hints;
}

const hints = await hintsInSource();

const byName = new Map(commands.map((command) => [command.name, command]));

/** Actions of commands that have them, e.g. `config get`. */
const actions = new Map(
  commands.flatMap(({ name, positionals }) => {
    const [first] = positionals;
    return Array.isArray(first?.complete) && name !== "completion" ? [[name, first.complete as string[]] as const] : [];
  }),
);

/** The error for a command line when typed; undefined if it is valid. */
function complaint(line: string): string | undefined {
  // After `--` comes the command that runs in the session.
  const [name = "", ...words] = line.replace(/ -- .*/, "").split(/\s+/);
  const command = byName.get(name);
  // Prose about cowork: its next word is a verb, not a command.
  if (command === undefined) return /^(?!--version\b|--host$).*--/.test(line) ? `no command ${name}` : undefined;
  const known = [...Object.keys(command.flags), ...Object.keys(globalFlags)];
  const flags = words.flatMap((word) => /^--([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
  const unknown = flags.find((flag) => !known.includes(flag));
  if (unknown !== undefined) return `${name} has no option --${unknown}`;
  const [first = ""] = words;
  const isProse = !/^[a-z]+$/.test(first) || /^(?:to|and|or|in|makes|runs|then|first|from|cannot)$/.test(first);
  return isProse || actions.get(name)?.includes(first) !== false ? undefined : `${name} has no ${first}`;
}

/** Whether a next step has prose after `cowork` that is not one of the allowed words. */
async function isWrongInHint({ file, line }: Hint): Promise<boolean> {
  const [word = ""] = line.split(/\s+/);
  if (byName.has(word) || prose.test(word)) return false;
  const text = await readFile(join(tree, "src", file), "utf8");
  return new RegExp(`(?:hint|fix)(?:: | = )[\`"][^\`"\\n]*\\bcowork (?:--host \\S+ )?${word}\\b`).test(text);
}

describe("a command line in a message works when typed", () => {
  test("most commands occur", () => {
    const named = new Set(hints.map(({ line }) => line.split(" ")[0] ?? ""));
    expect([...named].filter((name) => byName.has(name)).length).toBeGreaterThan(10);
  });

  test("all options and actions exist", () => {
    const wrong = hints.map(({ file, line }) => ({ file, line, why: complaint(line) }));
    expect(wrong.filter(({ why }) => why !== undefined)).toEqual([]);
  });

  test("a next step is a command", async () => {
    const wrong: Hint[] = [];
    for (const hint of hints) if (await isWrongInHint(hint)) wrong.push(hint);
    expect(wrong).toEqual([]);
  });

  test("commands given as data are checked, too", () => {
    const lines = hints.filter(({ file }) => file.endsWith("session/record/unfinished.ts")).map(({ line }) => line);
    expect(lines).toEqual(["connect …", "init …", "start … --rebuild"]);
  });

  test.each(["init a --nosuch", "host frobnicate box", "lgos a --follow"])(
    "an invalid line is found: cowork %s",
    (line) => {
      expect(complaint(line)).toBeDefined();
    },
  );
});
