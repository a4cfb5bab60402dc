import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** A dialog over the page: the browser keeps the focus inside and gives it back at the end. */
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }): JSX.Element {
  const { title, onClose, children } = props;
  const element = useRef<HTMLDialogElement>(null);
  const isOver = useRef(false);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      // Closing gives the focus back, and is reported: but this end is not the person's.
      isOver.current = true;
      dialog?.close();
    };
  }, []);
  const closed = (): void => {
    if (!isOver.current) onClose();
  };
  // The state decides whether it is open, at once: the browser's own report comes later.
  const cancelled = (event: Event): void => {
    event.preventDefault();
    closed();
  };
  return (
    <dialog ref={element} aria-labelledby={id} onClose={closed} onCancel={cancelled}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="close" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
