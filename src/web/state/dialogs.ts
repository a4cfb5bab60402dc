import { signal } from "@preact/signals";

/** Dialogs that more than one view opens. */
export type OpenDialog =
  | { name: "session" }
  | { name: "run"; session?: string }
  | { name: "clean"; session: string }
  | { name: "pull"; session: string }
  | { name: "merge"; project: string; sessions: { key: string; name: string }[] }
  | { name: "help" };

export const dialog = signal<OpenDialog | undefined>(undefined);

export function openDialog(one: OpenDialog): void {
  dialog.value = one;
}

export function closeDialog(): void {
  dialog.value = undefined;
}
