// Creates docs/demo.svg from a real run: cowork in a terminal (tmux) with a real engine. `node scripts/demo-svg.ts`
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { buildOnce } from "../test/support/home/built-file.ts";
import { ensureEngine } from "../test/support/engine/engine.ts";
import { temporaryHome, type TestHome } from "../test/support/home/home.ts";
import { userEnvironment } from "../test/support/home/run-cowork.ts";
import { sampleProject } from "../test/support/git/sample-project.ts";
import { tree } from "../test/support/git/tree.ts";
import { renderSvg } from "./demo/svg.ts";

const columns = 92;
const rows = 60;
const prompt = "$";
const commands = [
  "cowork init api web docs",
  "cowork connect api -- sh -c 'echo hello >greeting; git add .; git status --short'",
  "cowork list",
  "cowork clean api",
];

await main();

async function main(): Promise<void> {
  await ensureEngine();
  await buildOnce();
  await using home = await temporaryHome();
  const root = await sampleProject(home, "none", { name: "shop" });
  const lines = await record(home, root);
  const title =
    "A terminal: cowork creates three sessions, runs a command in one, lists them, and refuses to delete one with unsaved work";
  await writeFile(join(tree, "docs", "demo.svg"), renderSvg(lines, columns, title));
}

/** Types the commands into a shell in a separate tmux server. Returns the lines that the terminal shows at the end, with colours. */
async function record(home: TestHome, root: string): Promise<string[]> {
  const tmux = async (...args: string[]): Promise<string> =>
    (await execa("tmux", ["-L", `cowork-demo-${process.pid}`, "-f", "/dev/null", ...args], { env, extendEnv: false }))
      .stdout;
  const env = userEnvironment(home, { TERM: "xterm-256color" });
  const screen = async (): Promise<string[]> => (await tmux("capture-pane", "-p", "-e")).trimEnd().split("\n");
  const ready = async (): Promise<void> => {
    while ((await tmux("capture-pane", "-p")).trimEnd().split("\n").at(-1) !== prompt) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  await tmux(
    "new-session",
    "-d",
    "-x",
    `${columns}`,
    "-y",
    `${rows}`,
    "-c",
    root,
    `PS1='${prompt} ' exec bash --norc --noprofile`,
  );
  try {
    await ready();
    for (const command of commands) {
      await tmux("send-keys", "-l", command);
      await tmux("send-keys", "Enter");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await ready();
    }
    return (await screen()).slice(0, -1);
  } finally {
    await tmux("kill-server");
  }
}
