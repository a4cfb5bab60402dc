import type { ComponentChildren, JSX } from "preact";
import { call } from "../../api/call.ts";
import { LineList } from "../../parts/line-list.tsx";
import { Loaded, useLoaded } from "../../parts/loaded.tsx";
import { At } from "../../parts/time.tsx";
import { keyOf, type Session } from "../../state/sessions.ts";
import { bytes } from "../../text/units.ts";
import { plain } from "../../text/visible.ts";
import type { SessionStatus } from "../../../contract/session.ts";

/** What is known about the session: git, disk, ports, login. */
export function About({ session }: { session: Session }): JSX.Element {
  const key = keyOf(session);
  const status = useLoaded(
    async (signal) => await call("GET /sessions/{session}", { params: { session: key }, signal }),
    [key, session.state, session.agentState?.since],
  );
  return <Loaded of={status}>{(value) => <Facts of={value} />}</Loaded>;
}

function Facts({ of }: { of: SessionStatus }): JSX.Element {
  const { git, disk, container, resources, ports, unsavedWork, volumes, carried, changes } = of;
  const facts: [name: string, value: ComponentChildren][] = [
    ["Host", plain(of.host)],
    ["Clone", <Mono text={of.path} />],
    ["Branch", <Mono text={of.branch ?? "—"} />],
    ["Commits", git === null ? "—" : `${git.ahead} ahead, ${git.behind} behind`],
    ["Files", git === null ? "—" : `${git.uncommitted} uncommitted, ${git.untracked} new`],
    ["Not pulled", <NotPulled of={of.notPulled} />],
    ["Agent", `${plain(of.agent)}, login ${of.login}`],
    ["Created", <At at={of.createdAt} />],
    ["Container", container === null ? "none" : <Mono text={container.id.slice(0, 12)} />],
    ["Image", container === null ? "—" : <Mono text={container.image} />],
    ["User", container === null ? "—" : plain(container.user)],
    ["Folder", container === null ? "—" : <Mono text={container.workspaceFolder} />],
    ["Disk", disk === null ? "—" : `${bytes(disk.clone)} clone, ${bytes(disk.state)} state`],
    ["Memory", resources === null ? "—" : bytes(resources.memoryBytes)],
    ["Processor", resources === null ? "—" : `${resources.cpuPercent.toFixed(1)} %`],
    [
      "Ports",
      ports.length === 0 ? "none" : ports.map((port) => `${port.container} → ${port.address}:${port.host}`).join(", "),
    ],
  ];
  return (
    <div class="about">
      <dl class="card about-facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <LineList
        title="Would be lost with the session"
        lines={unsavedWork}
        none="Nothing: all work is also elsewhere."
      />
      {volumes.length > 0 ? <LineList title="Volumes" lines={volumes} /> : null}
      {carried.length > 0 ? <LineList title="Files copied in" lines={carried} /> : null}
      {changes.length > 0 ? <LineList title="Changes to the project's configuration" lines={changes} /> : null}
    </div>
  );
}

/** What the project lacked at the last look. */
function NotPulled({ of }: { of: SessionStatus["notPulled"] }): JSX.Element {
  if (of === undefined) return <>not looked at yet</>;
  const { commits, files, asOf } = of;
  return (
    <>
      {commits === 0 && files === 0 ? "nothing" : `commits: ${commits}, uncommitted files: ${files}`}, as of{" "}
      <At at={asOf} />
    </>
  );
}

function Mono({ text }: { text: string }): JSX.Element {
  return <span class="mono">{plain(text)}</span>;
}
