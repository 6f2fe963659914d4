import packageJson from "../package.json" with { type: "json" };

/** The version of this server and its command. */
export const version = packageJson.version;
