/** `13:00 UTC`: a claim lasts an hour, so its day says nothing, and hosts and users may have different time zones. */
export function clockOf(at: string): string {
  return `${at.slice(11, 16)} UTC`;
}
