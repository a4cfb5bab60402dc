import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Device, SignInLink } from "../../contract/http/auth.ts";
import type { Role } from "../../contract/http/route.ts";
import { call } from "../api/call.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loaded, useLoaded } from "../parts/loaded.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { Since } from "../parts/time.tsx";
import { attempt, toast } from "../state/toasts.ts";
import { plain } from "../text/visible.ts";

/** Who signed in, with what right, and a way to let another one in. */
export function Devices(): JSX.Element {
  const devices = useLoaded(async (signal) => await call("GET /devices", { signal }), []);
  const [isAdding, setAdding] = useState(false);
  const revoke = async (device: Device): Promise<void> => {
    await attempt(call("DELETE /devices/{device}", { params: { device: device.id } }));
    toast("Revoked", plain(device.name));
    devices.reload();
  };
  return (
    <section class="group" aria-labelledby="devices">
      <div class="page-head">
        <h2 id="devices">Devices</h2>
        <button type="button" class="button" onClick={() => setAdding(true)}>
          <Icon name="add" /> Add a device
        </button>
      </div>
      <Loaded of={devices}>
        {({ devices: all }) => (
          <ul class="card rows">
            {all.map((device) => (
              <li class="place">
                <b>{plain(device.name)}</b>
                <span class="pill">{device.role}</span>
                <span class="muted">
                  {device.current ? "this browser" : <LastUsed device={device} />}
                  {device.lasting ? " · stays signed in" : " · until the server ends"}
                </span>
                <button type="button" class="button" data-row onClick={() => void revoke(device)}>
                  {device.current ? "Sign out" : "Revoke"}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {isAdding ? (
        <AddDevice
          onClose={() => {
            setAdding(false);
            devices.reload();
          }}
        />
      ) : null}
    </section>
  );
}

function LastUsed({ device }: { device: Device }): JSX.Element {
  return device.lastUsedAt === undefined ? (
    <>not used yet</>
  ) : (
    <>
      used <Since at={device.lastUsedAt} suffix=" ago" />
    </>
  );
}

const roleWords: Record<Role, string> = {
  view: "look only",
  approve: "look, answer approvals, say more",
  operate: "also start, stop, pull, run",
  full: "everything, trust and devices too",
};

function AddDevice({ onClose }: { onClose: () => void }): JSX.Element {
  const [role, setRole] = useState<Role>("approve");
  const [name, setName] = useState("");
  const [link, setLink] = useState<SignInLink | undefined>(undefined);
  const make = async (): Promise<void> => {
    const input = { role, ...(name.trim() === "" ? {} : { name: name.trim() }) };
    setLink(await attempt(call("POST /devices/links", { input })));
  };
  return (
    <Dialog title="Add a device" onClose={onClose}>
      {link === undefined ? (
        <form
          class="row-gap"
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <label class="field">
            <span>Name</span>
            <input
              class="input"
              maxLength={80}
              placeholder="Phone"
              value={name}
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </label>
          <fieldset class="options">
            <legend>It may</legend>
            {(Object.entries(roleWords) as [Role, string][]).map(([one, words]) => (
              <label class="check">
                <input type="radio" name="role" checked={role === one} onChange={() => setRole(one)} />
                <span>
                  <b>{one}</b> <span class="muted">{words}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <div class="dialog-end">
            <button type="submit" class="button primary">
              Make a link
            </button>
          </div>
        </form>
      ) : (
        <>
          <p>Open this on the device. It works once, for five minutes.</p>
          <QrCode text={link.url} />
          <p class="link-text mono">{link.url}</p>
        </>
      )}
    </Dialog>
  );
}
