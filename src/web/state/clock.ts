import { signal } from "@preact/signals";

/** The time, for texts such as `3 min`. It stands still while the page is not visible. */
export const clock = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === "visible") clock.value = Date.now();
}, 10_000);

document.addEventListener("visibilitychange", () => {
  clock.value = Date.now();
});
