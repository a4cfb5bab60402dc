import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { encode } from "uqr";

/** A text for the camera of a phone. */
export function QrCode({ text }: { text: string }): JSX.Element {
  const { path, size } = useMemo(() => {
    const { data } = encode(text, { border: 1 });
    const dots = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: dots.join(""), size: data.length };
  }, [text]);
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the link" shape-rendering="crispEdges">
      <path d={path} fill="currentColor" />
    </svg>
  );
}
