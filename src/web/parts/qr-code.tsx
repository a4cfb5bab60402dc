import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { loadPiece } from "../lazy/load-piece.ts";

/** A text for the camera of a phone. */
export function QrCode({ text }: { text: string }): JSX.Element {
  const [rows, setRows] = useState<boolean[][]>([]);
  useEffect(() => {
    void loadPiece(async () => await import("../lazy/encode-qr.ts")).then(
      ({ encodeQr }) => setRows(encodeQr(text)),
      () => undefined,
    );
  }, [text]);
  const dots = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label="QR code of the link"
      shape-rendering="crispEdges"
    >
      <path d={dots.join("")} fill="currentColor" />
    </svg>
  );
}
