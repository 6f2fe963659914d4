// The same in CommonJS: the client is an ES module, which Node 20.19 and later hand to `require` all the same.
const { createChatClient, isChatError } = require("@chatnest/client");

const [url = ""] = process.argv.slice(2);
const chat = createChatClient({ url, userId: "ada" });
chat.messages
  .send({ conversation_id: "tea", content: "" })
  .catch((error) => console.log(isChatError(error, "validation_failed")));
