import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AgentId } from "../../../contract/agents.ts";
import { call } from "../../api/call.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { followOperation } from "../../state/operations.ts";
import { attempt } from "../../state/toasts.ts";
import { AgentField, HostField, ProjectField, TextField, useFirstProject } from "./fields.tsx";

/** Creates sessions in a project. */
export function NewSessionDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const [project, setProject] = useFirstProject();
  const [names, setNames] = useState("");
  const [from, setFrom] = useState("");
  const [host, setHost] = useState("");
  const [agent, setAgent] = useState<AgentId | "">("");
  const [carry, setCarry] = useState(false);
  const create = async (): Promise<void> => {
    const input = {
      project,
      names: names.split(/[\s,]+/).filter((name) => name !== ""),
      ...(from.trim() === "" ? {} : { from: from.trim() }),
      ...(host === "" ? {} : { host }),
      ...(agent === "" ? {} : { agent }),
      ...(carry ? { carry } : {}),
    };
    const answer = await attempt(call("POST /sessions", { input }));
    if (answer === undefined) return;
    followOperation(answer.operation);
    onClose();
  };
  return (
    <Dialog title="New session" onClose={onClose}>
      <form
        class="row-gap"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <ProjectField value={project} onChange={setProject} />
        <TextField
          label="Name"
          value={names}
          onChange={setNames}
          placeholder="fix-login"
          note="Several names make several sessions."
          isNeeded
        />
        <div class="two">
          <TextField label="Start from" value={from} onChange={setFrom} placeholder="the current commit" />
          <HostField value={host} onChange={setHost} />
        </div>
        <AgentField value={agent} onChange={setAgent} />
        <label class="check">
          <input type="checkbox" checked={carry} onChange={({ currentTarget }) => setCarry(currentTarget.checked)} />
          <span>Copy the project's uncommitted changes</span>
        </label>
        <div class="dialog-end">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={project === "" || names.trim() === ""}>
            Create
          </button>
        </div>
      </form>
    </Dialog>
  );
}
