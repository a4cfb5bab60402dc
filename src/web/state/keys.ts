import { signal } from "@preact/signals";
import { may } from "./me.ts";
import { dialog, openDialog } from "./dialogs.ts";
import { go, route } from "./router.ts";

// Single keys work only while nothing is typed, and can be switched off: people who speak to their computer need that.

const stored = "cowork.keys";

export const areKeysOn = signal(localStorage.getItem(stored) !== "off");

export function switchKeys(on: boolean): void {
  areKeysOn.value = on;
  localStorage.setItem(stored, on ? "on" : "off");
}

/** For the help. */
export const keyList: [keys: string, text: string][] = [
  ["j k", "next and previous row"],
  ["Enter", "open it"],
  ["g n", "Now"],
  ["g a", "Approvals"],
  ["g e", "Events"],
  ["g c", "Conflicts"],
  ["g h", "Hosts and devices"],
  ["1 … 6", "tabs of a session"],
  ["c", "say more to the session's agent"],
  ["/", "filter"],
  ["n", "new session"],
  ["r", "new run"],
  ["A D", "approve, deny: while the request has the focus"],
  ["?", "this help"],
  ["Esc", "close"],
];

const places: Record<string, string> = { n: "", a: "approvals", e: "events", c: "conflicts", h: "hosts" };
const secondKeyMs = 1_200;
let goUntil = 0;

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (dialog.value !== undefined || document.querySelector("dialog[open]") !== null || !areKeysOn.value) return;
    if (press(event.key)) event.preventDefault();
  });
}

/** @returns whether the key means something */
function press(key: string): boolean {
  const place = Date.now() < goUntil ? places[key] : undefined;
  goUntil = 0;
  if (place !== undefined) {
    go(place);
    return true;
  }
  const tab = document.querySelectorAll<HTMLAnchorElement>("[data-tab]")[Number(key) - 1];
  if (tab !== undefined) {
    tab.click();
    tab.focus();
    return true;
  }
  if (key === "g") goUntil = Date.now() + secondKeyMs;
  else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "/") return focus("[data-filter]");
  else if (key === "c") return focus("[data-prompt]");
  else if (key === "?") openDialog({ name: "help" });
  else if (key === "n" && may("operate")) openDialog({ name: "session" });
  else if (key === "r" && may("operate")) openRun();
  else return false;
  return true;
}

function openRun(): void {
  const [name, id] = route.value;
  openDialog(name === "session" && id !== undefined ? { name: "run", session: id } : { name: "run" });
}

function move(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next]?.focus();
}

function focus(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
