import type { JSX } from "preact";
import { Logo } from "../parts/icon.tsx";
import { signInError } from "../state/me.ts";

/** What is left without a token: how to get one. */
export function SignedOut(): JSX.Element {
  return (
    <main class="welcome">
      <Logo />
      <h1>You are signed out</h1>
      {signInError.value === undefined ? null : <p role="alert">{signInError.value}</p>}
      <p>
        Run <code>cowork ui</code> to sign in again.
      </p>
      <p class="muted">
        A sign-in on this machine lasts as long as the server runs. Sessions and agents go on without it.
      </p>
    </main>
  );
}
