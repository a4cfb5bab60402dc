import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows that are drawn above and below what is in view. */
const margin = 12;

interface Props {
  length: number;
  /** height of every row, in px */
  row: number;
  render: (index: number) => ComponentChildren;
  label: string;
  /** called when the last rows come into view */
  onEnd: () => void;
}

/** A list of any length of which only the part in view exists. It scrolls with the page. */
export function Windowed({ length, row, render, label, onEnd }: Props): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const [[from, until], setRange] = useState<[number, number]>([0, 60]);
  useEffect(() => {
    const measure = (): void => {
      const top = element.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / row) - margin);
      const last = Math.ceil((innerHeight - top) / row) + margin;
      setRange((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    };
    measure();
    addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    return () => {
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
    };
  }, [row, length === 0]);
  const isAtEnd = until >= length - margin;
  useEffect(() => {
    if (isAtEnd && length > 0) onEnd();
  }, [isAtEnd, length]);
  const start = Math.min(from, Math.max(0, length - 1));
  const count = Math.max(0, Math.min(until, length) - start);
  return (
    <div ref={element} class="card windowed" role="list" aria-label={label} style={{ height: `${length * row}px` }}>
      <div style={{ transform: `translateY(${start * row}px)` }}>
        {Array.from({ length: count }, (_, n) => render(start + n))}
      </div>
    </div>
  );
}
