"""The four calls of the checkpoint saver, each one atomic script. KEYS: the thread's hash and its names.

A stored checkpoint begins with a short head, its length in front (4 bytes, little end first): the names of
the values it uses, in msgpack, so that a script can find them. Nothing else is read in Lua.
"""

# ARGV: name, record, the number of values leaned on, their names, then (name, value) of the new values.
PUT = """
local leaned = tonumber(ARGV[3])
for i = 4, 3 + leaned do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then return 'MISSING' end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
for i = 4 + leaned, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 'OK'
"""

# ARGV: (name, write, 1 where the last one wins) of each write.
PUT_WRITES = """
for i = 1, #ARGV, 3 do
  redis.call(ARGV[i + 2] == '1' and 'HSET' or 'HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[2], 0, ARGV[i])
end
return 'OK'
"""

# ARGV: namespace, checkpoint id or "". Returns name, record, values, writes.
GET = """
local name
if ARGV[2] ~= '' then
  name = 'c\\0' .. ARGV[1] .. '\\0' .. ARGV[2]
else
  local prefix = 'c\\0' .. ARGV[1] .. '\\0'
  name = redis.call('ZREVRANGEBYLEX', KEYS[2], '(' .. 'c\\0' .. ARGV[1] .. '\\1', '[' .. prefix, 'LIMIT', 0, 1)[1]
end
if not name then return nil end
local record = redis.call('HGET', KEYS[1], name)
if not record then return nil end
local size = struct.unpack('<I4', record)
local used = cmsgpack.unpack(string.sub(record, 5, 4 + size))
local values = {}
for i = 1, #used do values[i] = redis.call('HGET', KEYS[1], used[i]) end
local stem = 'w' .. string.sub(name, 2)
local names = redis.call('ZRANGEBYLEX', KEYS[2], '[' .. stem .. '\\0', '(' .. stem .. '\\1')
local writes = {}
for i = 1, #names do writes[i] = redis.call('HGET', KEYS[1], names[i]) end
return {name, record, values, writes}
"""

DELETE = "return redis.call('UNLINK', KEYS[1], KEYS[2])"
