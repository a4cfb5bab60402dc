import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** What a process takes of one core in the next seconds, in percent. */
export async function shareOfCore(pid: number | string, seconds: number): Promise<number> {
  const before = await processorSeconds(pid);
  await delay(seconds * 1000);
  return (((await processorSeconds(pid)) - before) / seconds) * 100;
}

/** User and system time of a process. */
async function processorSeconds(pid: number | string): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  // A tick is a hundredth of a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** What a process has in memory, in MB. */
export async function memoryOf(pid: number | string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}
