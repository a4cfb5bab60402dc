import { loginStep, renderHint } from "../hint.ts";

/** The command that logs an agent in, as people type it. */
export function loginCommand(agent: string): string {
  return renderHint([loginStep(agent)]);
}
