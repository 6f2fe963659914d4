/** Returns both forms of a path, without and with its trailing slash: both answer, neither redirects. */
export function bothForms(path: string): string[] {
  const bare = path.replace(/\/$/, "");
  return [bare, `${bare}/`];
}
