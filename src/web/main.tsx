import { render } from "preact";
import { App } from "./views/app.tsx";
import { signIn } from "./state/me.ts";
import { isOnline, signedOut } from "./state/connection.ts";
import { listenToKeys } from "./state/keys.ts";
import { goLive } from "./state/live.ts";

const retryMs = 3_000;

const place = document.querySelector("#app");
if (place !== null) render(<App />, place);
listenToKeys();
await start();

/** Signs in and follows what happens; tries again while the server does not answer. */
async function start(): Promise<void> {
  while (!signedOut.value) {
    try {
      await signIn();
      break;
    } catch {
      if (!signedOut.value) isOnline.value = false;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  if (!signedOut.value) await goLive(new AbortController().signal);
}
