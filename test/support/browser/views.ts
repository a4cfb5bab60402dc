/** The addresses of all views, with those of one session. */
export function viewsOf(session: string): string[] {
  const tabs = ["", "/diff", "/logs", "/events", "/artifacts", "/about"];
  return ["#/", ...tabs.map((tab) => `#/session/${session}${tab}`), "#/approvals", "#/events", "#/hosts"];
}
