import type { JSX } from "preact";
import type { RunView } from "../../../contract/work/run.ts";
import { plain } from "../../text/visible.ts";

/** Which run is shown. Nothing to choose with one run. */
export function RunChoice(props: {
  runs: readonly RunView[];
  n: number | undefined;
  onChange: (n: number | undefined) => void;
}): JSX.Element | null {
  const { runs, n, onChange } = props;
  if (runs.length < 2) return null;
  return (
    <select
      class="input run-choice"
      aria-label="Run"
      value={n ?? ""}
      onChange={({ currentTarget: { value } }) => onChange(value === "" ? undefined : Number(value))}
    >
      <option value="">The newest</option>
      {runs.map((run) => (
        <option value={run.n}>
          {run.n}: {plain(run.title).slice(0, 70)} ({run.state})
        </option>
      ))}
    </select>
  );
}
