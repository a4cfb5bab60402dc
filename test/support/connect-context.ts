import type { Context } from "../../src/system/context.ts";
import { realContext } from "./home/real-context.ts";

/** A context with the real engine that keeps what is reported. `home` is only a path: nothing is created there. */
export function connectContext(home: string, more: Partial<Context> = {}): Context & { notes: string[] } {
  const notes: string[] = [];
  const report: Context["report"] = ({ detail }) => void (detail !== undefined && notes.push(detail));
  return { ...realContext(home, { report, ...more }), notes };
}
