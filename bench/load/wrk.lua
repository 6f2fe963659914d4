-- Arguments: `get` and a file of paths, one a line, which are asked for in turn; or `post`, a prefix for the ids, over how many
-- conversations the messages are spread, how these are named (`%d`: the number), and how far apart the numbers are; or `mark`, how
-- many conversations are marked as read, by how many members each, the first position, and how many marks were made before.
local requests, prefix, conversations, name, step, members, position
local count = 0
local headers = { ["Content-Type"] = "application/json" }
local content = string.rep("x", 100)

function init(args)
  if args[1] == "get" then
    requests = {}
    for path in io.lines(args[2]) do
      requests[#requests + 1] = wrk.format("GET", path)
    end
  elseif args[1] == "mark" then
    conversations = tonumber(args[2])
    members = tonumber(args[3])
    position = tonumber(args[4])
    count = tonumber(args[5])
  else
    prefix = args[2]
    conversations = tonumber(args[3])
    name = args[4]
    step = tonumber(args[5])
  end
end

function request()
  count = count + 1
  if requests then
    return requests[count % #requests + 1]
  end
  local n = count % conversations
  if position then
    local user = math.floor(count / conversations) % members
    local path = string.format("/messages/read-%d/reads/reader-%d", n, user)
    local seq = position + math.floor(count / conversations / members)
    return wrk.format("PUT", path, headers, string.format('{"read_seq":%d}', seq))
  end
  local body = string.format(
    '{"id":"%s-%d","user_id":"writer-%d","conversation_id":"%s","content":"%s"}',
    prefix, count, n % 64, string.format(name, n * step), content
  )
  return wrk.format("POST", "/messages/", headers, body)
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  print(string.format(
    '{"requests":%d,"us":%d,"failed":%d}', summary.requests, summary.duration, failed
  ))
end
