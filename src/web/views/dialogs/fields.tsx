import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AgentId } from "../../../contract/agents.ts";
import { hosts, loadProjects, projects } from "../../state/places.ts";
import { attempt } from "../../state/toasts.ts";
import { plain } from "../../text/visible.ts";

/** The project that is chosen: the first one that sessions can be created in until a person chooses. */
export function useFirstProject(): [string, (id: string) => void] {
  const [project, setProject] = useState("");
  const first = (projects.value ?? []).find(({ exists }) => exists)?.id ?? "";
  useEffect(() => void attempt(loadProjects()), []);
  return [project === "" ? first : project, setProject];
}

export function ProjectField({ value, onChange }: { value: string; onChange: (id: string) => void }): JSX.Element {
  const known = (projects.value ?? []).filter(({ exists }) => exists);
  return (
    <label class="field">
      <span>Project</span>
      <select class="input" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {known.map(({ id, name, root }) => (
          <option value={id}>
            {plain(name)} ({plain(root)})
          </option>
        ))}
      </select>
      {known.length === 0 ? (
        <small>No project is known. Run cowork init in one, or: cowork projects add PATH</small>
      ) : null}
    </label>
  );
}

export function HostField({ value, onChange }: { value: string; onChange: (name: string) => void }): JSX.Element {
  return (
    <label class="field">
      <span>Host</span>
      <select class="input" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">as configured</option>
        {(hosts.value ?? []).map(({ name }) => (
          <option value={name}>{name === "local" ? "this machine" : plain(name)}</option>
        ))}
      </select>
    </label>
  );
}

const agents: Record<AgentId | "", string> = {
  "": "as configured",
  claude: "Claude Code",
  codex: "Codex",
  copilot: "Copilot",
};

/** The agent of a new session. */
export function AgentField(props: { value: AgentId | ""; onChange: (agent: AgentId | "") => void }): JSX.Element {
  return <Choose label="Agent" value={props.value} options={agents} onChange={props.onChange} />;
}

export function TextField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  note?: string;
  isNeeded?: boolean;
}): JSX.Element {
  const { label, value, onChange, placeholder, note, isNeeded = false } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="input"
        value={value}
        required={isNeeded}
        placeholder={placeholder}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {note === undefined ? null : <small>{note}</small>}
    </label>
  );
}

export function Choose<T extends string>(props: {
  label: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}): JSX.Element {
  const { label, value, options, onChange } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <select class="input" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as T)}>
        {(Object.entries(options) as [T, string][]).map(([name, text]) => (
          <option value={name}>{text}</option>
        ))}
      </select>
    </label>
  );
}
