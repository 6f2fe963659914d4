// Run by mongosh on the first member. Repeating it changes nothing.
const members = ["mongo1", "mongo2", "mongo3"].map((name, _id) => ({ _id, host: `${name}:27017` }));
try {
  db.adminCommand({ replSetInitiate: { _id: "rs0", members } });
} catch (error) {
  if (error.codeName !== "AlreadyInitialized") throw error;
}
while (!db.adminCommand({ hello: 1 }).primary) sleep(200);
