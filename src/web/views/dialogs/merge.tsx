import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/call.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { may } from "../../state/me.ts";
import { followOperation } from "../../state/operations.ts";
import { attempt } from "../../state/toasts.ts";
import { plain } from "../../text/visible.ts";
import { TextField } from "./fields.tsx";

interface Props {
  /** id of the project */
  project: string;
  /** by `{id}@{host}` */
  sessions: readonly { key: string; name: string }[];
  onClose: () => void;
}

/** Merges sessions into a branch of their project. */
export function MergeDialog({ project, sessions, onClose }: Props): JSX.Element {
  const [left, setLeft] = useState<readonly string[]>([]);
  const [into, setInto] = useState("");
  const [test, setTest] = useState("");
  const [ff, setFf] = useState(false);
  const [squash, setSquash] = useState(false);
  const [uncommitted, setUncommitted] = useState(false);
  const chosen = sessions.filter(({ key }) => !left.includes(key)).map(({ key }) => key);
  const merge = async (): Promise<void> => {
    const [branch, command] = [into.trim(), test.trim()];
    const options = { ...(branch === "" ? {} : { into: branch }), ...(command === "" ? {} : { test: command }) };
    const input = { project, sessions: chosen, ff, squash, uncommitted, ...options };
    const answer = await attempt(call("POST /merges", { input }));
    if (answer === undefined) return;
    followOperation(answer.operation);
    onClose();
  };
  return (
    <Dialog title="Merge sessions" onClose={onClose}>
      <form
        class="row-gap"
        onSubmit={(event) => {
          event.preventDefault();
          void merge();
        }}
      >
        <fieldset class="options">
          <legend>Sessions</legend>
          {sessions.map(({ key, name }) => (
            <Check
              label={plain(name)}
              value={!left.includes(key)}
              onChange={(isIn) => setLeft(isIn ? left.filter((one) => one !== key) : [...left, key])}
            />
          ))}
        </fieldset>
        <TextField label="Into branch" value={into} onChange={setInto} placeholder="the one that is checked out" />
        {may("full") ? (
          <TextField label="Test with" value={test} onChange={setTest} placeholder="the configured command" />
        ) : null}
        <fieldset class="options">
          <legend>How</legend>
          <Check label="Move the branch even if it is checked out" value={ff} onChange={setFf} />
          <Check label="One commit for each session" value={squash} onChange={setSquash} />
          <Check label="Include uncommitted changes" value={uncommitted} onChange={setUncommitted} />
        </fieldset>
        <div class="dialog-end">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={chosen.length === 0}>
            Merge
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Check(props: { label: string; value: boolean; onChange: (value: boolean) => void }): JSX.Element {
  const { label, value, onChange } = props;
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
