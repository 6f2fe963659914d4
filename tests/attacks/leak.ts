const parts = [
  // Stacks and files.
  ...[
    "\\bat .+\\(.+:\\d+",
    "node_modules",
    "node:",
    "file://",
    "\\.(?:ts|js|mjs):\\d",
    "\\bstack\\b",
  ],
  ...["/tmp/", "/root/", "/home/", "chatnest\\.db"],
  // Hosts and systems.
  ...["mongodb(?:\\+srv)?://", "127\\.0\\.0\\.1:\\d", "localhost:\\d", "ECONN", "ENOENT", "EPIPE"],
  // Databases.
  ...[
    "(?:SQL|sql)(?:ite|ITE)",
    "Mongo(?:Server|Network|Error|Bulk)",
    "E11000",
    "errmsg",
    "malformed",
    "chat_messages",
  ],
  "hunter2",
];

/** What no answer may hold, of the server or of what is behind it. */
export const leak = new RegExp(parts.join("|"));
