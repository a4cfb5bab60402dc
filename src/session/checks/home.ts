import type { Context } from "../../system/context.ts";
import { homeProblem } from "../../system/home-problem.ts";
import type { Check } from "../session-host.ts";

/** Can the cowork home be used at all? Where it cannot, nothing else of it can be checked. */
export function checkHome(ctx: Context): Check[] {
  const problem = homeProblem(ctx);
  if (problem === undefined) return [];
  const { message, hint } = problem;
  return [{ title: "Cowork home", status: "problem", detail: message, ...(hint === undefined ? {} : { fix: hint }) }];
}
