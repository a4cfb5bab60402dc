import type { JSX } from "preact";
import { call } from "../../api/call.ts";
import { forgetToken } from "../../api/token.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { signedOut } from "../../state/connection.ts";
import { areKeysOn, keyList, switchKeys } from "../../state/keys.ts";

export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const signOut = async (): Promise<void> => {
    await call("POST /auth/sign-out", {}).catch(() => undefined);
    forgetToken();
    onClose();
    signedOut.value = true;
  };
  return (
    <Dialog title="Keys and help" onClose={onClose}>
      <dl class="keys">
        {keyList.map(([keys, text]) => (
          <>
            <dt>{keys.split(" ").map((key) => (key === "…" ? " … " : <kbd>{key}</kbd>))}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => switchKeys(currentTarget.checked)}
        />
        <span>Single keys do something</span>
      </label>
      <p class="muted">Everything here is on the command line, too: run cowork help.</p>
      <div class="dialog-end">
        <button type="button" class="button" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
    </Dialog>
  );
}
