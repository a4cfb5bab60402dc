import type { JSX } from "preact";
import { closeDialog, dialog } from "../state/dialogs.ts";
import { may } from "../state/me.ts";
import { asking } from "../state/operations.ts";
import { AskDialog } from "./dialogs/ask.tsx";
import { CleanDialog } from "./dialogs/clean.tsx";
import { HelpDialog } from "./dialogs/help.tsx";
import { MergeDialog } from "./dialogs/merge.tsx";
import { PullDialog } from "./dialogs/pull.tsx";
import { NewRunDialog } from "./dialogs/new-run.tsx";
import { NewSessionDialog } from "./dialogs/new-session.tsx";

/** The dialog that is open, if any. A question of long work comes first. */
export function Dialogs(): JSX.Element | null {
  const open = dialog.value;
  const question = asking.value;
  if (question !== undefined && may("operate"))
    return <AskDialog key={`${question.id} ${question.question?.n}`} operation={question} />;
  switch (open?.name) {
    case "help":
      return <HelpDialog onClose={closeDialog} />;
    case "session":
      return <NewSessionDialog onClose={closeDialog} />;
    case "run":
      return <NewRunDialog session={open.session} onClose={closeDialog} />;
    case "clean":
      return <CleanDialog session={open.session} onClose={closeDialog} />;
    case "pull":
      return <PullDialog session={open.session} onClose={closeDialog} />;
    case "merge":
      return <MergeDialog project={open.project} sessions={open.sessions} onClose={closeDialog} />;
    case undefined:
      return null;
    default:
      return open satisfies never;
  }
}
