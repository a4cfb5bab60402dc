import { computed, signal } from "@preact/signals";

// Addresses are in the fragment, so that the server has one page and no address of it holds a name.

// A one-time code is not an address, and is taken out of it right away.
const fragment = signal(location.hash.startsWith("#code=") ? "#/" : location.hash);

addEventListener("hashchange", () => {
  // The link of `cowork ui` in a tab that shows the page already: the page signs in when it loads.
  if (location.hash.startsWith("#code=")) location.reload();
  else fragment.value = location.hash;
});

/** The parts of the address: `#/sessions/api/diff` is `["sessions", "api", "diff"]`. */
export const route = computed(() => {
  const [path = ""] = fragment.value.replace(/^#\/?/, "").split("?");
  return path.split("/").filter(Boolean).map(decode);
});

/** What follows `?` in the address. */
export const query = computed(() => new URLSearchParams(fragment.value.split("?")[1] ?? ""));

/** The address of a page, for links. */
export function to(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function go(...parts: string[]): void {
  location.hash = to(...parts);
}

/** Changes what follows `?`, without a step in the browser's history. Empty values are left out. */
export function setQuery(values: Record<string, string>): void {
  const next = new URLSearchParams(query.peek());
  for (const [name, value] of Object.entries(values)) {
    if (value === "") next.delete(name);
    else next.set(name, value);
  }
  const [path = "#/"] = (fragment.peek() || "#/").split("?");
  const text = next.toString();
  history.replaceState(null, "", text === "" ? path : `${path}?${text}`);
  fragment.value = location.hash;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
