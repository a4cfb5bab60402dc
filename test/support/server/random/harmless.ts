import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ListedProject } from "../../../../src/contract/http/places.ts";
import type { Operation } from "../../../../src/contract/http/operations.ts";
import type { SessionView } from "../../../../src/session/types.ts";
import type { TestHome } from "../../home/home.ts";
import { callSocket, tokensOf, type BuiltServer } from "../built-server.ts";
import { canary } from "./plan.ts";
import { randomRequests, type RandomRequests } from "./random-requests.ts";

/** More than a server with a few sessions ever has, in MB, and in open files and connections. */
const most = { rss: 200, open: 150 };

/**
 * Random requests to a server of the built file: afterwards it answers, has neither grown nor kept connections, and has written no file
 * outside of its home.
 * @returns what was wrong, one line each
 */
export async function harmless(
  home: TestHome,
  { pid, port }: BuiltServer,
  options: Pick<RandomRequests, "seed" | "goOn">,
): Promise<string[]> {
  const ask = async (path: string): Promise<unknown> => JSON.parse((await callSocket(home, `GET ${path}`)).text);
  const { sessions } = (await ask("/sessions?hidden=true")) as { sessions: SessionView[] };
  const { projects } = (await ask("/projects")) as { projects: ListedProject[] };
  const known = { sessions: sessions.map(({ id }) => `${id}@local`), projects: projects.map(({ id }) => id) };
  const before = await strayFiles(home);
  const wrong = await randomRequests({ ...options, port, known, tokens: await tokensOf(home, port) });
  await endOperations(home);
  const { status } = await callSocket(home, "GET /me");
  if (status !== 200) wrong.push(`afterwards it answers ${status}`);
  // Connections that clients left are closed within a few seconds.
  for (let tries = 0; tries < 100 && (await holdingsOf(pid)).open > most.open; tries += 1) await delay(300);
  const { rss, open } = await holdingsOf(pid);
  if (rss > most.rss) wrong.push(`it has ${Math.round(rss)} MB`);
  if (open > most.open) wrong.push(`it has ${open} files and connections open`);
  const stray = (await strayFiles(home)).filter((name) => !before.includes(name));
  return [...wrong, ...stray.map((name) => `it wrote ${name}`)];
}

/** What was begun would go on after the test. */
async function endOperations(home: TestHome): Promise<void> {
  for (;;) {
    const { operations } = JSON.parse((await callSocket(home, "GET /operations")).text) as { operations: Operation[] };
    const going = operations.filter(({ endedAt }) => endedAt === undefined);
    if (going.length === 0) return;
    for (const { id } of going) await callSocket(home, `POST /operations/${id}/cancel`, {});
    await delay(300);
  }
}

async function holdingsOf(pid: number): Promise<{ rss: number; open: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const open = await readdir(`/proc/${pid}/fd`);
  return { rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024, open: open.length };
}

/** Files of the account outside of cowork's home, and all that have the name that no file may get. */
async function strayFiles({ folder, coworkHome }: TestHome): Promise<string[]> {
  const own = coworkHome.slice(folder.length + 1);
  const names = await readdir(folder, { recursive: true });
  const elsewhere = (await readdir("/tmp")).filter((name) => name.includes(canary));
  // A project's own git writes there when a session's work is pulled.
  const isOurs = (name: string): boolean => name.startsWith(own) || /(^|\/)\.(git|cowork)\//.test(name);
  return [...names.filter((name) => name.includes(canary) || !isOurs(name)), ...elsewhere];
}
