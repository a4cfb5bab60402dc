import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { VisibleText } from "../parts/visible-text.tsx";

/** The second step behind Approve: rules for this session, each chosen by hand. */
export function Always(props: {
  rules: readonly string[];
  isReady: boolean;
  onAllow: (rules: string[]) => void;
}): JSX.Element {
  const { rules, isReady, onAllow } = props;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  return (
    <details class="always">
      <summary>Always allow…</summary>
      <p>The agent of this session will not ask again for what matches:</p>
      {rules.map((rule) => (
        <label class="check">
          <input
            type="checkbox"
            checked={chosen.includes(rule)}
            onChange={({ currentTarget }) =>
              setChosen(currentTarget.checked ? [...chosen, rule] : chosen.filter((one) => one !== rule))
            }
          />
          <code>
            <VisibleText text={rule} />
          </code>
        </label>
      ))}
      <button
        type="button"
        class="button"
        disabled={!isReady || chosen.length === 0}
        onClick={() => onAllow([...chosen])}
      >
        Approve, and always allow these
      </button>
    </details>
  );
}
