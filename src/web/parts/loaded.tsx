import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CallError } from "../api/call.ts";

export interface Loading<T> {
  value: T | undefined;
  error: CallError | undefined;
  reload: () => void;
}

/** Loads something when the view opens and whenever `keys` change. What was loaded stays while it loads again. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Loading<T> {
  const [value, setValue] = useState<T | undefined>(undefined);
  const [error, setError] = useState<CallError | undefined>(undefined);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const end = new AbortController();
    load(end.signal).then(
      (loaded) => {
        if (end.signal.aborted) return;
        setValue(() => loaded);
        setError(undefined);
      },
      (problem: unknown) => {
        if (end.signal.aborted) return;
        setError(problem instanceof CallError ? problem : new CallError("INTERNAL", String(problem)));
      },
    );
    return () => end.abort();
  }, [...keys, attempt]);
  return { value, error, reload: () => setAttempt((n) => n + 1) };
}

/** What went wrong and what to do about it. */
export function Trouble({ error }: { error: { message: string; hint?: string | undefined } }): JSX.Element {
  return (
    <div class="trouble" role="alert">
      <p>{error.message}</p>
      {error.hint === undefined ? null : <p>Next: {error.hint}</p>}
    </div>
  );
}

/** The content once it is there, the error if there is one, else a word that it loads. */
export function Loaded<T>(props: { of: Loading<T>; children: (value: T) => ComponentChildren }): JSX.Element {
  const { value, error } = props.of;
  return (
    <>
      {error === undefined ? null : <Trouble error={error} />}
      {value === undefined ? error === undefined ? <p class="muted">Loading…</p> : null : props.children(value)}
    </>
  );
}
