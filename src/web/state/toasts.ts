import { signal } from "@preact/signals";
import { CallError } from "../api/call.ts";

export interface Toast {
  n: number;
  text: string;
  detail?: string;
  bad: boolean;
}

export const toasts = signal<readonly Toast[]>([]);

/** Good news goes by itself; bad news stays until it was read. */
const shownMs = 6_000;
let last = 0;

export function toast(text: string, detail?: string, bad = false): void {
  last += 1;
  const n = last;
  const one = { n, text, bad, ...(detail === undefined ? {} : { detail }) };
  toasts.value = [...toasts.value.slice(-3), one];
  if (!bad) setTimeout(() => dismiss(n), shownMs);
}

export function dismiss(n: number): void {
  toasts.value = toasts.value.filter((one) => one.n !== n);
}

/** Does something that the person asked for, and tells if it fails. @returns undefined if it failed */
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { message, hint } = error instanceof CallError ? error : { message: String(error), hint: undefined };
    toast(message, hint, true);
    return undefined;
  }
}
