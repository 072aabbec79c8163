"""The calls of the context store, each one atomic script.

A job is a hash of facts, a hash of versions by their number, and for its checkpoints a sorted set of times and a
hash of texts. A version is three lines: when it was written, its type and error, its data. Times are microseconds
since 1970, below 2^53, so that they are exact in Lua and as scores. What was done last is kept with the call's own
token: a call that is repeated because its answer was lost does nothing twice.
"""

# KEYS: job, versions, index, sequence, owners. ARGV: id, owner, now, token, type as in a key, head, data.
# Answers when it was created and 1, or nothing where the job exists already.
CREATE = """
local known = redis.call('HMGET', KEYS[1], 'token', 'created')
if known[2] then return known[1] == ARGV[4] and {known[2], '1'} or false end
local record = ARGV[3] .. '\\n' .. ARGV[6] .. '\\n' .. ARGV[7]
local place = redis.call('INCR', KEYS[4])
redis.call('HSET', KEYS[1], 'created', ARGV[3], 'updated', ARGV[3], 'version', 1, 'place', place, 'type', ARGV[5],
  'token', ARGV[4], 'first', 1, 'bytes', #record, 'stamp', 0, 'kept', 0)
redis.call('HSET', KEYS[2], 1, record)
redis.call('ZADD', KEYS[3], place, ARGV[1])
redis.call('ZADD', KEYS[3] .. ':' .. ARGV[5], place, ARGV[1])
redis.call('SADD', KEYS[5], ARGV[2])
return {ARGV[3], '1'}
"""

# KEYS: job, versions, index. ARGV: id, version or "", now, token, type as in a key, head, data, how many versions,
# how many bytes. Answers created, updated, version; or the version alone where another was expected.
PUT = """
local head = redis.call('HMGET', KEYS[1],
  'version', 'updated', 'created', 'type', 'place', 'token', 'bytes', 'first')
if not head[1] then return false end
if head[6] == ARGV[4] then return {head[3], head[2], head[1]} end
if ARGV[2] ~= '' and ARGV[2] ~= head[1] then return {head[1]} end
local version = string.format('%.0f', tonumber(head[1]) + 1)
local updated = tonumber(ARGV[3]) > tonumber(head[2]) and ARGV[3] or head[2]
local record = updated .. '\\n' .. ARGV[6] .. '\\n' .. ARGV[7]
local first, bytes = tonumber(head[8]), tonumber(head[7]) + #record
redis.call('HSET', KEYS[2], version, record)
while first < tonumber(version) and (version - first >= tonumber(ARGV[8]) or bytes > tonumber(ARGV[9])) do
  bytes = bytes - redis.call('HSTRLEN', KEYS[2], first)
  redis.call('HDEL', KEYS[2], first)
  first = first + 1
end
redis.call('HSET', KEYS[1], 'version', version, 'updated', updated, 'type', ARGV[5], 'token', ARGV[4],
  'bytes', bytes, 'first', first)
if head[4] ~= ARGV[5] then
  redis.call('ZREM', KEYS[3] .. ':' .. head[4], ARGV[1])
  redis.call('ZADD', KEYS[3] .. ':' .. ARGV[5], head[5], ARGV[1])
end
return {head[3], updated, version}
"""

# KEYS: job, versions. ARGV: version, or "" for the last. Answers created, the last version, version, record.
GET = """
local head = redis.call('HMGET', KEYS[1], 'created', 'version')
if not head[1] then return false end
local version = ARGV[1] ~= '' and ARGV[1] or head[2]
return {head[1], head[2], version, redis.call('HGET', KEYS[2], version)}
"""

# KEYS: index, or that of a type. ARGV: what job keys begin with, place to begin below, how many, how many bytes.
# Answers where the next page begins below, or "", and (id, created, version, record) of each, newest first.
LIST = """
local limit = tonumber(ARGV[3])
local found = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[2], '-inf', 'WITHSCORES', 'LIMIT', 0, limit + 1)
local items, bytes, last, i = {}, 0, '', 1
while i <= #found and i < 2 * limit do
  local key = ARGV[1] .. found[i]
  local head = redis.call('HMGET', key, 'created', 'version')
  local record = head[2] and redis.call('HGET', key .. ':versions', head[2])
  if record then
    bytes = bytes + #record
    if #items > 0 and bytes > tonumber(ARGV[4]) then break end
    items[#items + 1] = {found[i], head[1], head[2], record}
  end
  last, i = found[i + 1], i + 2
end
return {i <= #found and last or '', items}
"""

# KEYS: job, versions. ARGV: version to begin below or "", how many, how many bytes.
# Answers where the next page begins below, or "", when it was created, and (version, record) of each, newest first.
HISTORY = """
local head = redis.call('HMGET', KEYS[1], 'created', 'version', 'first')
if not head[1] then return false end
local version, first = tonumber(head[2]), tonumber(head[3])
if ARGV[1] ~= '' then version = math.min(version, tonumber(ARGV[1]) - 1) end
local items, bytes, last = {}, 0, ''
while version >= first and #items < tonumber(ARGV[2]) do
  local name = string.format('%.0f', version)
  local record = redis.call('HGET', KEYS[2], name)
  if record then
    bytes = bytes + #record
    if #items > 0 and bytes > tonumber(ARGV[3]) then break end
    items[#items + 1] = {name, record}
  end
  last, version = name, version - 1
end
return {version >= first and last or '', head[1], items}
"""

# KEYS: job, versions, times, texts. ARGV: now, token, data or "" for the context's, how many, how many bytes.
# Answers the time and the data.
CHECKPOINT = """
local head = redis.call('HMGET', KEYS[1], 'version', 'stamp', 'stamped', 'kept')
if not head[1] then return false end
if head[3] == ARGV[2] then return {head[2], redis.call('HGET', KEYS[4], head[2])} end
local data = ARGV[3]
if data == '' then data = string.match(redis.call('HGET', KEYS[2], head[1]), '^[^\\n]*\\n[^\\n]*\\n(.*)$') end
local stamp = string.format('%.0f', math.max(tonumber(ARGV[1]), tonumber(head[2]) + 1))
local bytes = tonumber(head[4]) + #data
redis.call('ZADD', KEYS[3], stamp, stamp)
redis.call('HSET', KEYS[4], stamp, data)
local count = redis.call('ZCARD', KEYS[3])
while count > 1 and (count > tonumber(ARGV[4]) or bytes > tonumber(ARGV[5])) do
  local oldest = redis.call('ZPOPMIN', KEYS[3])[1]
  bytes = bytes - redis.call('HSTRLEN', KEYS[4], oldest)
  redis.call('HDEL', KEYS[4], oldest)
  count = count - 1
end
redis.call('HSET', KEYS[1], 'stamp', stamp, 'stamped', ARGV[2], 'kept', string.format('%.0f', bytes))
return {stamp, data}
"""

# KEYS: job, times, texts. ARGV: the greatest time, how many, how many bytes.
# Answers where the next page begins below, or "", and (time, data) of each, newest first.
CHECKPOINTS = """
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local limit = tonumber(ARGV[2])
local found = redis.call('ZREVRANGEBYSCORE', KEYS[2], ARGV[1], '-inf', 'LIMIT', 0, limit + 1)
local items, bytes, last, i = {}, 0, '', 1
while i <= #found and i <= limit do
  local data = redis.call('HGET', KEYS[3], found[i])
  if data then
    bytes = bytes + #data
    if #items > 0 and bytes > tonumber(ARGV[3]) then break end
    items[#items + 1] = {found[i], data}
  end
  last, i = found[i], i + 1
end
return {i <= #found and last or '', items}
"""

# KEYS: job, versions, times, texts, index. ARGV: id. Answers 1, or 0 where there was no such job.
DELETE = """
local type = redis.call('HGET', KEYS[1], 'type')
if not type then return 0 end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('ZREM', KEYS[5] .. ':' .. type, ARGV[1])
return 1
"""
