// Strict: if it does not understand a URI it shows nothing, since a part of it could be the password.
const mongoUriPattern =
  /^mongodb(?:\+srv)?:\/\/(?:[^@/?#]*@)?([^@/?#]+)(?:\/([^@/?#]*))?(?:\?[^@]*)?$/;

/** Names the hosts and the database of a MongoDB URI, without its credentials and options. */
export function nameMongo(uri: string): string {
  const [, hosts, database] = mongoUriPattern.exec(uri) ?? [];
  return hosts === undefined ? "MongoDB" : `MongoDB ${hosts}/${database || "chatnest"}`;
}
