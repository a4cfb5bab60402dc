import type { SetupItem } from "../../app/set-up/setup.ts";
import type { Question } from "../../contract/questions.ts";
import { plain } from "../../system/text.ts";
import { renderTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

const states: Readonly<Record<Exclude<SetupItem["state"], "taken">, string>> = {
  "set-up": "set up",
  "not-set-up": "not set up",
  outdated: "set up by an earlier version",
  "by-hand": "set up by hand",
  unsupported: "not supported on this system yet",
};

interface About {
  what: string;
  /** how it is set up */
  how: (item: SetupItem) => string;
  next: string;
  /** the user has something else of that name */
  taken?: string;
}

const addsLines = ({ file }: SetupItem): string => `It adds a few lines to ${file}.`;

const about: Readonly<Record<SetupItem["name"], About>> = {
  alias: {
    what: "your agent as a shell function: in a project it opens a session, deleted at the end if no work would be lost",
    taken: "your own one is kept",
    how: addsLines,
    next: "open a new terminal and type your agent's name in a project; `command` before the name starts the program itself",
  },
  completion: { what: "completion", how: addsLines, next: "open a new terminal, type cowork and press Tab" },
  mcp: {
    what: "cowork as an MCP server of your own agent, which can then see sessions, runs and approvals, and change nothing",
    taken: "your own server cowork is kept",
    how: ({ file }) => `It calls ${file} mcp add.`,
    next: "start your agent again and ask it what your sessions do",
  },
  notifications: {
    what: "notifications, which tell you when an agent needs you",
    how: ({ file }) => `It asks where they go, and writes that to ${file}, which only you can read.`,
    next: "run cowork notify to see where messages go",
  },
  service: {
    what: "cowork serve in the background, which sends notifications about all sessions and serves the page",
    taken: "your own unit cowork is kept",
    how: ({ file }) => `It adds ${file} to your systemd and starts it.`,
    next: "run systemctl --user status cowork to see whether it runs",
  },
};

/** The question before an item is set up. */
export function setupQuestion(item: SetupItem): Question {
  const { what, how } = about[item.name];
  return { kind: "confirm", text: `Set up ${what}${whose(item)}? ${how(item)}` };
}

/** ` (bash)`, ` (claude)` */
function whose({ shell, program }: SetupItem): string {
  const name = shell ?? program;
  return name === undefined ? "" : ` (${name})`;
}

/** How to use what was set up just now. @param items the items, in pairs of before and after */
export function setupNext(before: readonly SetupItem[], after: readonly SetupItem[]): string[] {
  const isNew = after.filter(({ state }, n) => state === "set-up" && before[n]?.state !== "set-up");
  const notes = isNew.flatMap(({ note }) => (note === undefined ? [] : [plain(note)]));
  return [...notes, ...new Set(isNew.map(({ name }) => `  Next: ${about[name].next}`))];
}

/** The table of `cowork setup --status`, one line for each item. */
export function renderSetup(items: readonly SetupItem[], terminal: Pick<Terminal, "width" | "style">): string {
  const rows = items.map((item) => [
    { text: `${item.name}${whose(item)}`, tone: "bold" as const },
    { text: item.state === "taken" ? (about[item.name].taken ?? "") : states[item.state] },
    { text: item.file, tone: "dim" as const },
  ]);
  const columns = [
    { title: "SETUP", min: 8 },
    { title: "STATE", min: 8 },
    { title: "FILE", min: 8 },
  ];
  return renderTable(columns, rows, terminal);
}
