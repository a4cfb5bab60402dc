import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AgentId } from "../../../contract/agents.ts";
import type { RunAction, RunPermissions } from "../../../contract/work/run.ts";
import { call } from "../../api/call.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { may } from "../../state/me.ts";
import { followOperation } from "../../state/operations.ts";
import { keyOf, sessions } from "../../state/sessions.ts";
import { attempt } from "../../state/toasts.ts";
import { plain } from "../../text/visible.ts";
import { AgentField, Choose, HostField, ProjectField, TextField, useFirstProject } from "./fields.tsx";

const actions: Record<RunAction, string> = {
  implement: "implement",
  plan: "plan, change nothing",
  analyze: "analyze, change nothing",
  review: "review, change nothing",
};

const permissions = { "": "as configured", ask: "ask before changes", edits: "edit files", all: "everything" };

/** Hands a task to an agent, in a session that exists or in a new one. */
export function NewRunDialog(props: { session: string | undefined; onClose: () => void }): JSX.Element {
  const { onClose } = props;
  const [session, setSession] = useState(props.session ?? "");
  const [project, setProject] = useFirstProject();
  const [name, setName] = useState("");
  const [host, setHost] = useState("");
  const [agent, setAgent] = useState<AgentId | "">("");
  const [prompt, setPrompt] = useState("");
  const [action, setAction] = useState<RunAction>("implement");
  const [permission, setPermission] = useState<RunPermissions | "">("");
  const [budget, setBudget] = useState("");
  const [model, setModel] = useState("");
  const isNew = session === "";
  const start = async (): Promise<void> => {
    const input = {
      ...(isNew
        ? { project, name: name.trim(), ...(host === "" ? {} : { host }), ...(agent === "" ? {} : { agent }) }
        : { session }),
      prompt,
      action,
      ...(permission === "" ? {} : { permissions: permission }),
      ...(budget.trim() === "" ? {} : { budget: Number(budget) }),
      ...(model.trim() === "" ? {} : { model: model.trim() }),
    };
    const answer = await attempt(call("POST /runs", { input }));
    if (answer === undefined) return;
    followOperation(answer.operation);
    onClose();
  };
  const canStart =
    prompt.trim() !== "" && (isNew ? project !== "" && name.trim() !== "" : true) && !(Number(budget) < 0);
  return (
    <Dialog title="New run" onClose={onClose}>
      <form
        class="row-gap"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <label class="field">
          <span>Task</span>
          <textarea
            class="input"
            required
            placeholder="What should the agent do?"
            value={prompt}
            onInput={({ currentTarget }) => setPrompt(currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Session</span>
          <select class="input" value={session} onChange={({ currentTarget }) => setSession(currentTarget.value)}>
            <option value="">a new one</option>
            {(sessions.value ?? []).map((one) => (
              <option value={keyOf(one)}>
                {plain(one.name)} ({plain(one.project ?? "")})
              </option>
            ))}
          </select>
        </label>
        {isNew ? (
          <>
            <ProjectField value={project} onChange={setProject} />
            <div class="two">
              <TextField label="Name of the session" value={name} onChange={setName} placeholder="fix-login" isNeeded />
              <HostField value={host} onChange={setHost} />
            </div>
            <AgentField value={agent} onChange={setAgent} />
          </>
        ) : null}
        <div class="two">
          <Choose label="Action" value={action} options={actions} onChange={setAction} />
          <Choose label="Without asking it may" value={permission} options={allowed()} onChange={setPermission} />
        </div>
        <details>
          <summary>Limits and model</summary>
          <div class="two more">
            <TextField label="Budget in USD" value={budget} onChange={setBudget} placeholder="as configured" />
            <TextField label="Model" value={model} onChange={setModel} placeholder="as configured" />
          </div>
        </details>
        <div class="dialog-end">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={!canStart}>
            Start
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** `all` needs the role full. */
function allowed(): Record<RunPermissions | "", string> {
  const { all, ...others } = permissions;
  return may("full") ? { ...others, all } : (others as Record<RunPermissions | "", string>);
}
