import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/call.ts";
import { attempt, toast } from "../../state/toasts.ts";

const delivered = {
  run: "Delivered into the run.",
  resumed: "A new run continues the conversation.",
  typed: "Typed into the agent's terminal.",
};

/** Where a person says more. What was typed stays until it was delivered. */
export function FollowUp({ session }: { session: string }): JSX.Element {
  const [text, setText] = useState("");
  const [isSending, setSending] = useState(false);
  const send = async (): Promise<void> => {
    if (text.trim() === "" || isSending) return;
    setSending(true);
    const sent = await attempt(call("POST /sessions/{session}/prompts", { params: { session }, input: { text } }));
    setSending(false);
    if (sent === undefined) return;
    setText("");
    toast("Sent", delivered[sent.how]);
  };
  return (
    <form
      class="follow-up card"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        data-prompt
        class="input"
        rows={2}
        aria-label="Say more to the agent"
        placeholder="Say more to the agent"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <button type="submit" class="button primary" disabled={isSending || text.trim() === ""}>
        Send
      </button>
    </form>
  );
}
