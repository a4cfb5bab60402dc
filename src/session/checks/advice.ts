import type { CoworkError } from "../../errors.ts";
import { type HintPart, renderHint } from "../../hint.ts";

/** What a check tells to do, as text and in parts. */
export function adviceOf(next: HintPart[]): { fix: string; next: HintPart[] } {
  return { fix: renderHint(next), next };
}

/** An error's hint as what a check tells to do. */
export function adviceFrom({ hint, next }: Pick<CoworkError, "hint" | "next">): { fix?: string; next?: HintPart[] } {
  return { ...(hint === undefined ? {} : { fix: hint }), ...(next === undefined ? {} : { next }) };
}
