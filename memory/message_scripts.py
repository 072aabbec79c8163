"""The calls of the mailboxes, each one atomic script. KEYS: mailbox, dead letters.

A mailbox is a stream with one group of readers; who has done with a message removes it. A letter that was handed
out too often without an end goes to the dead letters, a stream of its own.
"""

LIBRARY = """
local function group() redis.pcall('XGROUP', 'CREATE', KEYS[1], 'agents', '0', 'MKSTREAM') end
local function bury(id, tries, why)
  local found = redis.call('XRANGE', KEYS[1], id, id)[1]
  redis.call('XACK', KEYS[1], 'agents', id)
  redis.call('XDEL', KEYS[1], id)
  if found then
    redis.call('XADD', KEYS[2], '*', 'letter', found[2][2], 'tries', tries, 'why', why, 'id', id)
  end
end
local function tries_of(id)
  local pending = redis.call('XPENDING', KEYS[1], 'agents', id, id, 1)[1]
  return pending and pending[4]
end
"""

# ARGV: letter, how many letters, token, seconds that a token is known. Answers its id, or nothing where it is full.
SEND = """
local sent = KEYS[1] .. ':sent:' .. ARGV[3]
local id = redis.call('GET', sent)
if id then return id end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then return false end
id = redis.call('XADD', KEYS[1], '*', 'letter', ARGV[1])
redis.call('SET', sent, id, 'EX', ARGV[4])
return id
"""

# ARGV: reader, how many, milliseconds after which another reader's letter is free, tries.
# Answers (id, tries, letter) of each: first those that others left lying, then new ones.
RECEIVE = """
group()
local found = {}
local count = tonumber(ARGV[2])
for _, one in ipairs(redis.call('XPENDING', KEYS[1], 'agents', 'IDLE', ARGV[3], '-', '+', count)) do
  if one[4] >= tonumber(ARGV[4]) then
    bury(one[1], one[4], 'It was taken and never ended.')
  else
    local claimed = redis.call('XCLAIM', KEYS[1], 'agents', ARGV[1], ARGV[3], one[1])[1]
    if claimed then found[#found + 1] = {claimed[1], one[4] + 1, claimed[2][2]} end
  end
end
if #found < count then
  count = count - #found
  local read = redis.call('XREADGROUP', 'GROUP', 'agents', ARGV[1], 'COUNT', count, 'STREAMS', KEYS[1], '>')
  for _, one in ipairs(read and read[1][2] or {}) do found[#found + 1] = {one[1], 1, one[2][2]} end
end
return found
"""

# ARGV: id. Answers 1, or 0 where it was done with already.
DONE = """
group()
redis.call('XACK', KEYS[1], 'agents', ARGV[1])
return redis.call('XDEL', KEYS[1], ARGV[1])
"""

# ARGV: id, tries, why. Answers 1 where it comes again, 0 where it went to the dead letters or is gone.
FAILED = """
group()
local tries = tries_of(ARGV[1])
if not tries then return 0 end
if tries >= tonumber(ARGV[2]) then
  bury(ARGV[1], tries, ARGV[3])
  return 0
end
redis.call('XCLAIM', KEYS[1], 'agents', 'nobody', 0, ARGV[1], 'IDLE', 2147483647, 'RETRYCOUNT', tries, 'JUSTID')
return 1
"""

# ARGV: the dead letter's id. Answers the id that it has now, or nothing where there is no such letter.
REPLAY = """
local found = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])[1]
if not found then return false end
redis.call('XDEL', KEYS[2], ARGV[1])
return redis.call('XADD', KEYS[1], '*', 'letter', found[2][2])
"""

# Writes both streams anew, with who holds what: Redis keeps the bytes of a removed letter beside those that stay.
COMPACT = """
local function told(list, name)
  for i = 1, #list, 2 do if list[i] == name then return list[i + 1] end end
end
local function anew(key)
  if redis.call('XLEN', key) == 0 then
    redis.call('UNLINK', key)
    return
  end
  local fresh, last = key .. ':anew', '-'
  redis.call('UNLINK', fresh)
  repeat
    local some = redis.call('XRANGE', key, last, '+', 'COUNT', 100)
    for _, one in ipairs(some) do
      redis.call('XADD', fresh, one[1], unpack(one[2]))
      last = '(' .. one[1]
    end
  until #some == 0
  redis.call('XSETID', fresh, told(redis.call('XINFO', 'STREAM', key), 'last-generated-id'))
  for _, readers in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    redis.call('XGROUP', 'CREATE', fresh, 'agents', told(readers, 'last-delivered-id'))
    for _, one in ipairs(redis.call('XPENDING', key, 'agents', '-', '+', told(readers, 'pending'))) do
      local id, reader, idle, tries = unpack(one)
      redis.call('XCLAIM', fresh, 'agents', reader, 0, id, 'IDLE', idle, 'RETRYCOUNT', tries, 'FORCE', 'JUSTID')
    end
  end
  redis.call('RENAME', fresh, key)
end
for _, key in ipairs(KEYS) do anew(key) end
return 1
"""
