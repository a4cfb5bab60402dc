import type { JSX } from "preact";

const paths = {
  now: "M4 6h9M4 12h16M4 18h7",
  approvals: "M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6zM9 12l2 2 4-4",
  events: "M3 12h4l3-7 4 14 3-7h4",
  hosts: "M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01",
  add: "M12 5v14M5 12h14",
  play: "M8 5l11 7-11 7z",
  stop: "M6 6h12v12H6z",
  pull: "M12 4v11M7 11l5 5 5-5M5 20h14",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  tool: "M14.5 5.5a4 4 0 0 0-5 5L4 16v4h4l5.5-5.5a4 4 0 0 0 5-5L16 12l-4-4z",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5h.01",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  pause: "M8 5v14M16 5v14",
} as const;

export type IconName = keyof typeof paths;

/** A small picture beside a text that says the same. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

export function Logo(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <g fill="none" stroke="var(--surface)" stroke-width="2.6" stroke-linecap="round">
        <path d="M8 11h9M8 16h16M8 21h6" />
      </g>
      <circle cx="22.5" cy="11" r="2.4" fill="var(--surface)" />
    </svg>
  );
}
