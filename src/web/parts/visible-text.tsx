import type { ComponentChildren } from "preact";
import { visibleSpans } from "../text/visible.ts";

/** Text in which nothing goes unseen: marks stand for control, bidirectional and zero-width characters. */
export function VisibleText({ text }: { text: string }): ComponentChildren {
  return visibleSpans(text).map((span) => (span.mark === true ? <mark>{span.text}</mark> : span.text));
}
