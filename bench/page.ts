import { launchBrowser, openPage, wide } from "../test/support/browser/browser.ts";
import type { SignInLink } from "../src/contract/http/auth.ts";
import { median, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";

declare global {
  var shownAt: number | undefined;
}

/** Notes in the page when every session is on the screen, in ms since the navigation began. */
const noteWhenShown = (count: number): string => `
  new MutationObserver((_, observer) => {
    if (document.querySelectorAll("[data-row]").length < ${count}) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (globalThis.shownAt = performance.now())));
  }).observe(document, { childList: true, subtree: true });
`;

/** The page with many sessions, from following a sign-in link until all of them are painted. */
export async function measurePage(place: Place, rounds: number, count: number): Promise<Entry[]> {
  const browser = await launchBrowser();
  try {
    const times: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const { url } = JSON.parse(await place.cowork("ui", "pair", "--json")) as SignInLink;
      const { page, context } = await openPage(browser, url, { viewport: wide, script: noteWhenShown(count) });
      // Not by playwright's own way of waiting, which the page's CSP refuses.
      let shown: number | undefined;
      while (shown === undefined) shown = await page.evaluate(() => globalThis.shownAt);
      // The first one finds nothing in the cache of the disk either.
      if (round > 0) times.push(shown);
      await context.close();
    }
    return [{ name: "page50_now", value: median(times), unit: "ms", goal: 1_000, runs: times }];
  } finally {
    await browser.close();
    await place.cowork("serve", "--stop");
  }
}
