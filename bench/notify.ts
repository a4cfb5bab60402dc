import { appendFile, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { askIn, openApproval } from "./at-work.ts";
import { median, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";
import { startServer } from "./server.ts";

/** From the question of an agent until the notifier's message about it arrives at a webhook on this machine. */
export async function measureNotify(place: Place, sessions: readonly string[], rounds: number): Promise<Entry[]> {
  const texts: string[] = [];
  let heard: (() => void) | undefined;
  const door = createServer((request, answer) => {
    void request
      .setEncoding("utf8")
      .toArray()
      .then((parts) => {
        texts.push(parts.join(""));
        answer.end();
        heard?.();
      });
  });
  await new Promise<void>((done) => void door.listen(0, "127.0.0.1", done));
  const { port } = door.address() as AddressInfo;
  const conf = join(place.home.coworkHome, ".cowork.conf");
  const before = await readFile(conf, "utf8").catch(() => "");
  const own = [
    "NOTIFY=webhook",
    `NOTIFY_WEBHOOK_URL=http://127.0.0.1:${port}`,
    "NOTIFY_WEBHOOK_SECRET=made-up-secret-of-the-bench",
  ];
  await appendFile(conf, `\n${own.join("\n")}\n`, { mode: 0o600 });
  const server = await startServer(place);
  const times: number[] = [];
  try {
    // The notifier has looked at everything once.
    await delay(3_000);
    for (const session of sessions.slice(0, rounds)) {
      // The way into the container is part of the time.
      const { ended } = askIn(place, session, `make ${session}`);
      const start = performance.now();
      while (!texts.some((text) => new RegExp(`\\b${session}\\b.*asks for approval`).test(text)))
        await new Promise<void>((done) => (heard = done));
      times.push(performance.now() - start);
      await place.cowork("approve", await openApproval(place));
      await ended;
    }
  } finally {
    await server.stop();
    await writeFile(conf, before, { mode: 0o600 });
    door.close();
    door.closeAllConnections();
  }
  return [{ name: "notify", value: median(times), unit: "ms", goal: 2_000, runs: times }];
}
