import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { HostState } from "../../contract/http/places.ts";
import { call } from "../api/call.ts";
import { Loaded, useLoaded } from "../parts/loaded.tsx";
import { Since } from "../parts/time.tsx";
import { me, may } from "../state/me.ts";
import { hosts, loadHosts } from "../state/places.ts";
import { attempt } from "../state/toasts.ts";
import { plural } from "../text/units.ts";
import { plain } from "../text/visible.ts";
import { Devices } from "./devices.tsx";

/** The machines that sessions are on, and the browsers that may look. */
export function HostsView(): JSX.Element {
  useEffect(() => void attempt(loadHosts()), []);
  return (
    <>
      <header class="page-head">
        <div>
          <h1>Hosts and devices</h1>
          <p class="lead">
            {me.value === undefined ? "" : `cowork ${me.value.version}, as ${plain(me.value.user)}, server up for `}
            {me.value === undefined ? null : <Since at={me.value.startedAt} />}
          </p>
        </div>
      </header>
      <section class="group" aria-labelledby="hosts">
        <div class="group-head">
          <h2 id="hosts">Hosts</h2>
          <span>{hosts.value?.length}</span>
        </div>
        <ul class="card rows">
          {(hosts.value ?? []).map((host) => (
            <Host key={host.name} host={host} />
          ))}
        </ul>
      </section>
      {may("full") ? <Devices /> : null}
    </>
  );
}

const words = { reachable: ["Reachable", "good"], unreachable: ["Unreachable", "bad"], unknown: ["Not asked yet", ""] };

function Host({ host }: { host: HostState }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [word, tone] = words[host.state];
  return (
    <li class="place">
      <b>{host.name === "local" ? "This machine" : plain(host.name)}</b>
      <span>
        <span class={`pill ${tone}`}>{word}</span>
      </span>
      <span class="muted">
        {plural(host.sessions, "session")}
        {host.destination === undefined ? "" : ` · ${plain(host.destination)}`}
        {host.since === undefined ? null : (
          <>
            {" · for "}
            <Since at={host.since} />
          </>
        )}
        {host.error === undefined ? "" : ` · ${plain(host.error.message)}`}
      </span>
      <button type="button" class="button" data-row aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Hide checks" : "Check"}
      </button>
      {isOpen ? <Checks host={host.name} /> : null}
    </li>
  );
}

const checkTones = { ok: "good", fixed: "good", warning: "waiting", problem: "bad" };

function Checks({ host }: { host: string }): JSX.Element {
  const checks = useLoaded(
    async (signal) => await call("GET /hosts/{host}/checks", { params: { host }, signal }),
    [host],
  );
  return (
    <div class="wide">
      <Loaded of={checks}>
        {({ checks: all }) =>
          all.map(({ title, status, detail, fix }) => (
            <div class="check-line">
              <span>
                <span class={`pill ${checkTones[status]}`}>{status}</span>
              </span>
              <span>
                {plain(title)} <span class="muted">{plain(detail)}</span>
                {fix === undefined ? null : <div>Next: {plain(fix)}</div>}
              </span>
            </div>
          ))
        }
      </Loaded>
    </div>
  );
}
