import { readdir, readFile } from "node:fs/promises";

/** Processes that supervise runs of a cowork home on this machine: those of its jobs. */
export async function jobProcesses(coworkHome: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return line.includes(`__host\0supervise\0${coworkHome}/`) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
