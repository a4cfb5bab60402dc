import { execFile } from "node:child_process";
import { copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gitWorkshop, type GitWorkshop } from "../test/support/git/git-project.ts";
import { generator } from "../test/support/git/random.ts";
import { lookAtSessions } from "../src/merging/look.ts";
import type { Clone } from "../src/merging/parties.ts";
import { inTurn, ratio, type Entry } from "./measure.ts";

/** Each session edits 20 files of its own choice, two files that all edit, and renames one. */
const edits = 20;

interface Setting {
  shop: GitWorkshop;
  project: string;
  forge: string;
  main: string;
  tips: string[];
  /** what the first session holds after one more edit */
  changed: string;
}

/**
 * The client's part of `cowork conflicts`, without the engine: packs that sessions sent are taken in, and all pairs are judged. Compared
 * with one `git merge-tree` for each pair, which needs the commits to be there already.
 */
export async function measureConflicts(
  rounds: number,
  { files, counts }: { files: number; counts: readonly number[] },
): Promise<Entry[]> {
  const shop = await gitWorkshop();
  try {
    const entries: Entry[] = [];
    for (const count of counts) {
      const setting = await prepare(shop, files, count);
      const clones = (first: string): Clone[] =>
        setting.tips.map((tip, n) => cloneOf(setting, n, n === 0 ? first : tip));
      const look = async (first = setting.tips[0] ?? ""): Promise<void> => {
        await lookAtSessions(shop.context, {
          project: { name: `b${count}`, root: setting.project },
          source: { kind: "repository", root: setting.project, gitDir: join(setting.project, ".git") },
          target: { branch: "main", tips: [setting.main] },
          clones: clones(first),
          pairs: true,
        });
      };
      const forget = async (): Promise<void> =>
        await rm(shop.context.paths.conflicts, { recursive: true, force: true });
      const eachPair = { work: async () => await everyPair(shop, setting) };
      const cold = await inTurn({ before: forget, work: look }, eachPair, rounds);
      entries.push(ratio(`conflicts${count}_vs_pairs`, count < 20 ? 0.8 : 0.1, cold));
      const again = { before: look, work: look };
      entries.push(
        ratio(`conflicts${count}_same_vs_pairs`, count < 20 ? 0.1 : 0.01, await inTurn(again, eachPair, rounds)),
      );
      const one = { before: look, work: async () => await look(setting.changed) };
      // The changed result is forgotten, so that it is new each time.
      const fresh = { before: async () => (await forget(), await look()), work: one.work };
      entries.push(
        ratio(`conflicts${count}_one_vs_pairs`, count < 20 ? 0.4 : 0.02, await inTurn(fresh, eachPair, rounds)),
      );
    }
    return entries;
  } finally {
    await shop.end();
  }
}

async function prepare(shop: GitWorkshop, files: number, count: number): Promise<Setting> {
  const project = join(shop.root, `project-${count}`);
  const forge = join(shop.root, `forge-${count}`);
  const next = generator(count);
  const path = (n: number): string => `src/m${n % 97}/d${n % 11}/file${n}.ts`;
  const text = (n: number, mark = ""): string =>
    Array.from({ length: 40 }, (_, line) => `const v${line} = ${n};${line === 20 ? mark : ""}\n`).join("");
  const put = (n: number, content: string): string =>
    `M 100644 inline ${path(n)}\ndata ${content.length}\n${content}\n`;
  const commit = (ref: string, from: string, changes: string[]): string =>
    `commit ${ref}\ncommitter A <a@b> 1000000000 +0000\ndata 2\nm\n${from}${changes.join("")}`;
  const base = Array.from({ length: files }, (_, n) => put(n, text(n)));
  await importInto(shop, project, commit("refs/heads/main", "", base));
  const main = await shop.git(project, "rev-parse", "main");
  await shop.git(shop.root, "clone", "-q", "--bare", "--shared", project, forge);
  const parts: string[] = [];
  for (let n = 0; n <= count; n += 1) {
    // The last one is the first session with one more edit.
    const random = n === count ? generator(1_000) : generator(1_000 + n);
    const chosen = Array.from({ length: edits }, () => Math.floor(random() * files));
    const changes = [...chosen, 0, 1].map((file) => put(file, text(file, ` // s${n % count}`)));
    const renamed = 2 + (n % count);
    changes.push(`R ${path(renamed)} ${path(renamed)}.moved\n`);
    if (n === count) changes.push(put(Math.floor(next() * files), text(7, " // again")));
    parts.push(commit(`refs/heads/s${n}`, `from refs/heads/main^0\n`, changes));
  }
  await importInto(shop, forge, parts.join(""));
  const tips: string[] = [];
  for (let n = 0; n <= count; n += 1) {
    const tip = await shop.git(forge, "rev-parse", `s${n}`);
    tips.push(tip);
    await shop.sh(
      forge,
      `printf '%s\\n^%s\\n' ${tip} ${main} | git pack-objects -q --revs --thin --stdout >${tip}.pack`,
    );
  }
  return { shop, project, forge, main, tips: tips.slice(0, count), changed: tips[count] ?? "" };
}

async function importInto(shop: GitWorkshop, folder: string, stream: string): Promise<void> {
  const file = join(shop.root, "stream");
  await writeFile(file, stream);
  await shop.sh(
    shop.root,
    `[ -d '${folder}' ] || git init -q '${folder}'; cd '${folder}'; git fast-import --quiet <'${file}'`,
  );
}

/** Answers as the script in a session does. */
function cloneOf({ forge, main }: Setting, n: number, tip: string): Clone {
  return {
    id: `app-s${n}`,
    name: `s${n}`,
    host: "local",
    running: true,
    open: () =>
      Promise.resolve({
        start: { commit: main },
        close: () => Promise.resolve(),
        inside: {
          script: () => Promise.reject(new Error("not asked")),
          save: async (_script, file, options) => {
            const isKnown = Buffer.from(options?.input ?? "").includes(`known ${tip}\n`);
            if (isKnown) await writeFile(file, "");
            else await copyFile(join(forge, `${tip}.pack`), file);
            const same = isKnown ? "cowork-same\n" : "";
            return { code: 0, stderr: `cowork-format sha1\ncowork-head ${tip}\ncowork-tip ${tip}\n${same}` };
          },
        },
      }),
  };
}

/** One process for each pair, and for each session with the branch. */
async function everyPair(shop: GitWorkshop, { forge, tips, main }: Setting): Promise<void> {
  for (const [n, a] of tips.entries())
    for (const b of [...tips.slice(n + 1), main])
      await new Promise<void>((resolve) => {
        execFile("git", ["merge-tree", "--write-tree", a, b], { cwd: forge, env: shop.env }, () => resolve());
      });
}
