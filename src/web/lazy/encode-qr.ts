import { encode } from "uqr";

// A file of its own, which is loaded when a device is added.

/** The dark dots of a QR code, row by row. */
export const encodeQr = (text: string): boolean[][] => encode(text, { border: 1 }).data;
