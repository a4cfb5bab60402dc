import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { globalFlags } from "../../../src/commands/command.ts";
import { commands } from "../../../src/commands/registry.ts";
import { tree } from "../../support/tree.ts";

interface Hint {
  file: string;
  /** the command line up to where prose begins, names as `…` */
  line: string;
}

/** Prose in hints that is about cowork and no command line. */
const prose = /^(?:is|can|carries|follows|keeps|makes|takes|needs|was|on|and|for|to|that|does|starts|command|home)$/;

/** Every text in the source that says `cowork <word>`, without comments; what is put into a text is a name or a path. */
async function saidInSource(): Promise<Hint[]> {
  const folder = join(tree, "src");
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  const hints: Hint[] = [];
  for (const file of files) {
    const text = (await readFile(join(folder, file), "utf8"))
      .split("\n")
      .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
      .join("\n");
    for (const [literal] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)) {
      const plainText = literal.slice(1, -1).replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…");
      for (const [, line = ""] of plainText.matchAll(/\bcowork ((?:--?)?[a-z][^;,:()`"'\n]*)/g)) {
        hints.push({ file, line: line.trim().replace(/^--host \S+ /, "") });
      }
    }
  }
  return hints;
}

const hints = await saidInSource();

const byName = new Map(commands.map((command) => [command.name, command]));

/** Words of these commands that choose what they do. */
const actions = new Map(
  commands.flatMap(({ name, positionals }) => {
    const [first] = positionals;
    return Array.isArray(first?.complete) && name !== "completion" ? [[name, first.complete as string[]] as const] : [];
  }),
);

describe("a command line that cowork names works when it is typed", () => {
  test("there are some, of most commands", () => {
    const named = new Set(hints.map(({ line }) => line.split(" ")[0] ?? ""));
    expect([...named].filter((name) => byName.has(name)).length).toBeGreaterThan(10);
  });

  test.each(hints.map(({ file, line }) => [line, file] as const))("cowork %s (%s)", (line) => {
    const [name = "", ...words] = line.split(/\s+/);
    const command = byName.get(name);
    if (command === undefined) {
      // A text about cowork: then its next word is a verb, and none that somebody would type.
      expect(line).not.toMatch(/^(?!--version\b|--host$).*--/);
      return;
    }
    for (const word of words) {
      const [, flag] = /^--([a-z][a-z-]*)/.exec(word) ?? [];
      if (flag !== undefined) expect([...Object.keys(command.flags), ...Object.keys(globalFlags)]).toContain(flag);
    }
    const action = words.find(
      (word) => /^[a-z]+$/.test(word) && !/^(?:to|and|or|in|makes|runs|then|first|from|cannot)$/.test(word),
    );
    const known = actions.get(name);
    if (known !== undefined && action !== undefined && words[0] === action) expect(known).toContain(action);
  });
});

test.each(hints.map(({ file, line }) => [line.split(/\s+/)[0] ?? "", file] as const))(
  "in a hint %s (%s) is a command, or prose",
  async (word, file) => {
    if (byName.has(word)) return;
    const text = await readFile(join(tree, "src", file), "utf8");
    const inHint = new RegExp(`(?:hint|fix)(?:: | = )[\`"][^\`"\\n]*\\bcowork (?:--host \\S+ )?${word}\\b`).test(text);
    if (inHint) expect(word).toMatch(prose);
  },
);
