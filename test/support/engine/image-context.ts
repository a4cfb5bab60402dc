import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProgressEvent } from "../../../src/events.ts";
import type { Context } from "../../../src/system/context.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { realContext } from "../home/real-context.ts";
import { removeFromEngine } from "./remove-from-engine.ts";

/** A context with a temporary cowork home, and everything reported and logged through it. Uses the real engine by default. */
export interface ImageContext {
  ctx: Context;
  /** temporary folder that contains the home; tests may add files */
  folder: string;
  events: ProgressEvent[];
  log: string[];
  /** removes the home and everything of it on the engine */
  end: () => Promise<void>;
}

export async function imageContext(overrides: Partial<Context> = {}): Promise<ImageContext> {
  const folder = await mkdtemp(join(tmpdir(), "cowork-image-"));
  const events: ProgressEvent[] = [];
  const log: string[] = [];
  const ctx = realContext(join(folder, "home"), {
    report: (event) => void events.push(event),
    log: (line) => void log.push(line),
    ...overrides,
  });
  const end = async (): Promise<void> => {
    if (overrides.engine === undefined) await removeFromEngine(homeId(ctx.paths));
    await rm(folder, { recursive: true, force: true });
  };
  return { ctx, folder, events, log, end };
}
