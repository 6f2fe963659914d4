/** Both forms of a path, without its trailing slash and with it: each answers by itself, neither redirects. */
export function bothForms(path: string): string[] {
  const bare = path.replace(/\/$/, "");
  return [bare, `${bare}/`];
}
