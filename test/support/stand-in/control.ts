import { readFileSync } from "node:fs";
import type { Answering } from "./script.ts";

/** Settings of the fake vendor, until others replace them. Without any it answers as a healthy vendor does. */
export interface Control {
  /** lifetime of new access tokens in seconds, as sent to the client */
  expiresIn?: number;
  /** delay in ms before a refresh is answered, after the old token has been used up */
  refreshDelay?: number;
  /** every refresh is refused as if its token were unknown; no token is used up */
  refuseRefresh?: boolean;
  /** all answers to messages; what a script's step says takes precedence */
  messages?: Answering;
  /** of Codex's vendor */
  codex?: Pick<Control, "expiresIn" | "refreshDelay" | "refuseRefresh" | "messages"> & {
    /** how old new access tokens say that they are, in seconds */
    age?: number;
    /** no one has typed the code of a login yet */
    pending?: boolean;
  };
  /** of Copilot's vendor */
  copilot?: Pick<Control, "messages"> & {
    /** every token is refused */
    refuse?: boolean;
  };
  /** number of the writing, by which limited answers are counted */
  written?: number;
}

/** 429 of the account's usage limit. The agent does not repeat the request. @param resetsAt seconds since 1970 */
export function usageLimit(resetsAt: number, claim: "five_hour" | "seven_day" = "five_hour"): Answering {
  return { status: 429, headers: limitHeaders("rejected", { resetsAt, claim, utilization: 1 }) };
}

/** A good answer that says how much of the usage limit is used, as a fraction. @param resetsAt seconds since 1970 */
export function usageWarning(resetsAt: number, utilization = 0.92): Answering {
  const headers = limitHeaders("allowed_warning", { resetsAt, claim: "five_hour", utilization });
  return { headers: { ...headers, "anthropic-ratelimit-unified-5h-surpassed-threshold": "0.9" } };
}

/** 429 without a reset: the server is busy. The agent repeats the request. */
export const busy: Answering = { status: 429 };

export const overloaded: Answering = { status: 529 };

/** 401, also for a fresh token. */
export const unauthorized: Answering = { status: 401 };

function limitHeaders(
  status: "rejected" | "allowed_warning",
  { resetsAt, claim, utilization }: { resetsAt: number; claim: string; utilization: number },
): Record<string, string> {
  const window = claim === "five_hour" ? "5h" : "7d";
  const prefix = "anthropic-ratelimit-unified";
  return {
    [`${prefix}-status`]: status,
    [`${prefix}-reset`]: String(resetsAt),
    [`${prefix}-representative-claim`]: claim,
    [`${prefix}-overage-status`]: "rejected",
    [`${prefix}-${window}-status`]: status,
    [`${prefix}-${window}-reset`]: String(resetsAt),
    [`${prefix}-${window}-utilization`]: String(utilization),
  };
}

/** Reads the control file at each request, and counts the answers that are limited by `times`. */
export function createControl(path: string): { read(): Control; use(answering: Answering, key: string): boolean } {
  const used = new Map<string, number>();
  const text = (): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "{}";
    }
  };
  return {
    read: () => JSON.parse(text()) as Control,
    /** Does the answering count for one more request? @param key what is counted, such as one step of one conversation */
    use({ times }, key) {
      if (times === undefined) return true;
      const before = used.get(key) ?? 0;
      used.set(key, before + 1);
      return before < times;
    },
  };
}
