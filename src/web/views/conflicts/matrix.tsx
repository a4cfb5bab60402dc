import type { JSX } from "preact";
import type { ConflictPair } from "../../../contract/merging/conflicts.ts";
import { classWords, matrixOf } from "../../state/conflicts.ts";
import { plain } from "../../text/visible.ts";

/** Every pair once, as a button that shows more of it. */
export function ConflictMatrix(props: {
  pairs: readonly ConflictPair[];
  chosen: ConflictPair | undefined;
  onChoose: (pair: ConflictPair) => void;
}): JSX.Element {
  const { pairs, chosen, onChoose } = props;
  const { columns, rows } = matrixOf(pairs);
  return (
    <div class="card matrix-box" tabIndex={0} role="region" aria-label="Pairs of sessions">
      <table class="matrix">
        <thead>
          <tr>
            <td />
            {columns.map((name) => (
              <th scope="col">{label(name)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{label(name)}</th>
              {cells.map((pair) => (
                <td>
                  {pair === undefined ? null : <Cell pair={pair} isChosen={pair === chosen} onChoose={onChoose} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell(props: { pair: ConflictPair; isChosen: boolean; onChoose: (pair: ConflictPair) => void }): JSX.Element {
  const { pair, isChosen, onChoose } = props;
  const [text, tone] = classWords[pair.class];
  return (
    <button
      type="button"
      class={`pill matrix-cell ${tone}`}
      data-row
      aria-pressed={isChosen}
      aria-label={`${label(pair.a)} and ${label(pair.b)}: ${text}`}
      onClick={() => onChoose(pair)}
    >
      {text}
    </button>
  );
}

/** `project/main` is the branch main. */
export function label(name: string): string {
  return plain(name.startsWith("project/") ? `branch ${name.slice("project/".length)}` : name);
}
