import type { SizeCost } from "./clones.ts";
import type { Growth } from "./growth.ts";
import type { Entry } from "./measure.ts";

export interface Report {
  date: string;
  cores: number;
  rounds: number;
  entries: Entry[];
  growth: Growth[];
  sizes: SizeCost[];
}

const work: Record<string, string> = {
  init8_vs_loop: "`cowork init` of 8 ÷ a loop of `git clone` + `devcontainer up`",
  init8_vs_floor: "the same ÷ one `docker build`, then `git clone` + `docker run` ×8 side by side",
  init1_vs_up: "`cowork init` of one more ÷ `git clone` + `devcontainer up`",
  init8_cpu_vs_loop: "processor time of all of it, the engine's too, ÷ the loop's",
  rss_init8: "peak memory of cowork itself",
  start8_vs_docker_start: "`cowork start` of 8 ÷ `docker start` of 8",
  connect_vs_docker_exec: "`cowork connect a -- true` ÷ `docker exec`",
  connect_vs_devcontainer_exec: "the same ÷ `devcontainer exec`",
  version_vs_node: "`cowork --version` ÷ `node -e 0`",
  complete_vs_node: "a Tab press ÷ `node -e 0`",
  list_vs_node: "`cowork list` with 8 sessions ÷ `node -e 0`",
  list200_vs_list8: "200 sessions on record ÷ 8",
  watch50_cpu: "`cowork watch` with 50 sessions: share of one core",
  watch50_rss: "its memory",
  watch50_key: "from a key press to the moved row on the screen, as tmux shows it",
  wait50_cpu: "`cowork wait` for 50 sessions: share of one core",
  hook_cpu: "processor time of the hook that reports one event of the agent",
  hook_cpu_vs_sh: "the same ÷ `sh -c :`",
  event_to_list: "from an event in the container until `cowork list` shows it",
  notify: "from the question of an agent until the notifier's message arrives at a webhook",
  answer_to_command: "from `cowork approve` until the agent's command may run",
  serve50_cpu: "`cowork serve` with 50 sessions and no one looking: share of one core",
  serve50_rss: "its memory, after requests",
  sessions50_vs_files: "`GET /sessions` of 50 ÷ reading the same files",
  sessions50_vs_hono: "the same ÷ an answer of the same length by a bare Hono",
  serve_event: "from an event that is written on this machine to its arrival at a reader of the stream",
  page50_now: "from following a sign-in link to all 50 sessions on the page",
  replay100k: "a stream that begins 100,000 events ago",
  events_100k_vs_short: "end of a history of 100,000 events ÷ of 500",
  clone_vs_worktree: "the clone step (20,000 files, 300 MB of history) ÷ `git worktree add`",
  conflicts8_vs_pairs: "the client's part of `cowork conflicts` of 8 (20,000 files) ÷ a `git merge-tree` for each pair",
  conflicts8_same_vs_pairs: "the same if nothing has changed",
  conflicts8_one_vs_pairs: "the same if one session has changed",
  conflicts50_vs_pairs: "the client's part of 50 ÷ a `git merge-tree` for each pair",
  conflicts50_same_vs_pairs: "the same if nothing has changed",
  conflicts50_one_vs_pairs: "the same if one session has changed",
  clone_objects: "disk of a further clone's `.git` ÷ the project's",
};

function valueText({ value, unit }: Pick<Entry, "value" | "unit">): string {
  if (unit === "ratio") return value.toFixed(2);
  return `${value.toFixed(unit === "%" ? 1 : 0)} ${unit}`;
}

/** A Markdown table of the results and their goals. */
export function renderTable({ entries }: Report): string {
  const rows = entries.map(({ name, value, unit, goal, stretch, seconds }) => [
    `\`${name}\``,
    work[name] ?? "",
    valueText({ value, unit }),
    goal === undefined ? "reported" : `≤ ${goal}${stretch === undefined ? "" : ` (${stretch})`}`,
    goal === undefined ? "" : value <= goal ? "yes" : "**no**",
    seconds === undefined ? "" : `${shown(seconds.own)} / ${shown(seconds.other)}`,
  ]);
  return table(["name", "the work", "value", "goal", "met", "seconds"], rows);
}

export function renderGrowth({ growth }: Report): string {
  const rows = growth.map(({ sessions, seconds, cloneKiB, stateKiB }) => [
    `${sessions}`,
    shown(seconds),
    shown(seconds / sessions),
    `${Math.round(cloneKiB / sessions)}`,
    `${Math.round(stateKiB / sessions)}`,
  ]);
  return table(["sessions", "seconds", "seconds each", "clone, KiB each", "state, KiB each"], rows);
}

export function renderSizes({ sizes }: Report): string {
  const rows = sizes.map(({ files, history, seconds, worktree, cloneKiB }) => [
    files.toLocaleString("en"),
    `${history}`,
    shown(seconds),
    shown(worktree),
    `${Math.round(cloneKiB / 1024)}`,
  ]);
  return table(["files", "history, MB", "clone step, seconds", "`git worktree add`, seconds", "clone, MiB"], rows);
}

function shown(seconds: number): string {
  return seconds < 0.1 ? seconds.toFixed(3) : seconds.toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A bar chart of the values relative to their goals. The full width is twice the goal. */
export function renderChart({ entries, date, cores }: Report): string {
  const withGoal = entries.filter(({ goal }) => goal !== undefined);
  const height = 60 + withGoal.length * 26;
  const [left, width] = [250, 420];
  const bars = withGoal.map(({ name, value, goal = 1, unit }, n) => {
    const y = 50 + n * 26;
    const length = Math.min(value / (2 * goal), 1) * width;
    const colour = value <= goal ? "#2e8b57" : "#c0504d";
    const text = valueText({ value, unit });
    return [
      `<text x="${left - 10}" y="${y + 13}" text-anchor="end">${name}</text>`,
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="16" fill="${colour}"/>`,
      `<text x="${left + width + 10}" y="${y + 13}">${text} (goal ${goal})</text>`,
    ].join("\n");
  });
  const middle = left + width / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="820" height="${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="10" y="24" font-size="15">Each figure against its goal (the line); shorter is better. ${date}, ${cores} cores</text>`,
    ...bars,
    `<line x1="${middle}" x2="${middle}" y1="40" y2="${height - 10}" stroke="#333" stroke-dasharray="4 3"/>`,
    "</svg>",
    "",
  ].join("\n");
}
