import type { JSX } from "preact";
import { Icon } from "../parts/icon.tsx";
import { dismiss, toasts } from "../state/toasts.ts";

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ n, text, detail, bad }) => (
        <div key={n} class={`toast fade ${bad ? "bad" : ""}`}>
          <div>
            <p>{text}</p>
            {detail === undefined ? null : <p>{detail}</p>}
          </div>
          <button type="button" class="close" aria-label="Dismiss" onClick={() => dismiss(n)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
