import type { Scope } from "../../app/scope.ts";
import type { Tone } from "../../ui/terminal/style.ts";
import type { Screen } from "../../ui/watch/screen.ts";
import type { App } from "../process/app.ts";

/** A message for the person who watches. */
export interface Said {
  text: string;
  tone?: Tone;
}

/** What a deed is done with. */
export interface Means {
  app: App;
  scope: Scope;
  screen: Screen;
  /** hosts that may have a question */
  hosts: ReadonlySet<string>;
  say: (said: Said | undefined) => void;
}
