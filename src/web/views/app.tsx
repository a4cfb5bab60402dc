import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, Logo, type IconName } from "../parts/icon.tsx";
import { approvals } from "../state/approvals.ts";
import { isOnline, signedOut } from "../state/connection.ts";
import { openDialog } from "../state/dialogs.ts";
import { me } from "../state/me.ts";
import { route, to } from "../state/router.ts";
import { ApprovalsView } from "./approvals.tsx";
import { ConflictsView } from "./conflicts/conflicts.tsx";
import { Dialogs } from "./dialogs.tsx";
import { EventsView } from "./events.tsx";
import { HostsView } from "./hosts.tsx";
import { Now } from "./now.tsx";
import { SessionView } from "./session/session.tsx";
import { SignedOut } from "./signed-out.tsx";
import { Toasts } from "./toasts.tsx";

const places: [path: string, label: string, icon: IconName][] = [
  ["", "Now", "now"],
  ["approvals", "Approvals", "approvals"],
  ["events", "Events", "events"],
  ["hosts", "Hosts", "hosts"],
];

export function App(): JSX.Element {
  if (signedOut.value) return <SignedOut />;
  return (
    <>
      {isOnline.value ? null : (
        <div class="banner" role="alert">
          <span>No connection to cowork. What you see may be old; this page tries again by itself.</span>
        </div>
      )}
      <Side />
      <View />
      <Dialogs />
      <Toasts />
    </>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.querySelector("main")?.focus();
}

function Side(): JSX.Element {
  const [here = ""] = route.value;
  const open = approvals.value?.length ?? 0;
  return (
    <header class="side">
      <a class="skip" href="#/" onClick={skip}>
        Skip to content
      </a>
      <a class="brand" href="#/">
        <Logo /> cowork
      </a>
      <nav aria-label="Views">
        <ul>
          {places.map(([path, label, icon]) => (
            <li>
              <a href={to(path)} aria-current={here === path ? "page" : undefined}>
                <Icon name={icon} /> {label}
                {path === "approvals" && open > 0 ? (
                  <span class="badge">
                    {open}
                    <span class="hidden"> open</span>
                  </span>
                ) : null}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="side-end">
        <button type="button" class="button plain keys-button" onClick={() => openDialog({ name: "help" })}>
          <Icon name="help" /> <span class="wide-only">Keys</span>
          <span class="narrow-only hidden">Keys and help</span>
        </button>
        <div class={`connection ${isOnline.value ? "" : "lost"}`} role="status">
          {isOnline.value ? "Live" : "Offline"}
          {me.value === undefined ? null : <span class="wide-only"> · {me.value.role}</span>}
        </div>
      </div>
    </header>
  );
}

function View(): JSX.Element {
  const [name = "", ...rest] = route.value;
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const [id = "", tab = ""] = rest;
  const page = name === "session" ? `${name}/${id}` : name;
  useEffect(() => {
    // A view may have put the focus where it is needed.
    const isInside = main.current?.contains(document.activeElement) === true;
    if (!isFirst.current && !isInside) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
    scrollTo(0, 0);
  }, [page]);
  const place = name === "conflicts" ? "Conflicts" : places.find(([path]) => path === name)?.[1];
  const title = place ?? (id.split("@")[0] || "cowork");
  const open = approvals.value?.length ?? 0;
  useEffect(() => {
    document.title = `${open > 0 ? `(${open}) ` : ""}${title} · cowork`;
  }, [title, open]);
  return (
    <main ref={main} tabIndex={-1} aria-label={title}>
      {name === "session" ? (
        <SessionView key={id} id={id} tab={tab} />
      ) : name === "approvals" ? (
        <ApprovalsView wanted={id} />
      ) : name === "events" ? (
        <EventsView />
      ) : name === "conflicts" ? (
        <ConflictsView />
      ) : name === "hosts" ? (
        <HostsView />
      ) : (
        <Now />
      )}
    </main>
  );
}
