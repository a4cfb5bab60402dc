import type { CoworkError } from "../../errors.ts";
import { type HintPart, renderHint } from "../../hint.ts";

/** The next step of a check, as text and in parts. */
export function adviceOf(next: HintPart[]): { fix: string; next: HintPart[] } {
  return { fix: renderHint(next), next };
}

/** The next step of a check, from an error's hint. */
export function adviceFrom({ hint, next }: Pick<CoworkError, "hint" | "next">): { fix?: string; next?: HintPart[] } {
  return { ...(hint === undefined ? {} : { fix: hint }), ...(next === undefined ? {} : { next }) };
}
