"""The calls of the checkpoint saver, each one atomic script. KEYS: a thread's hash and its sorted set of names.

A script that fails is not undone, so each looks before it writes: at the type of both keys, and whether one
of them was deleted without the other (TORN). A stored checkpoint begins with its format (one byte), the
length of its head (four, little end first) and the head in msgpack: run id, parent, the names of the values
it needs, the names of those it may have. Nothing else is read in Lua.
"""

import hashlib
from dataclasses import dataclass

BEGIN = """
local filled, named = redis.call('HLEN', KEYS[1]), redis.call('ZCARD', KEYS[2])
if (filled == 0) ~= (named == 0) then return 'TORN' end
local function sliced(list, visit)
  for i = 1, #list, 500 do visit(unpack(list, i, math.min(i + 499, #list))) end
end
local function values(names)
  local found = {}
  sliced(names, function(...)
    for _, value in ipairs(redis.call('HMGET', KEYS[1], ...)) do found[#found + 1] = value end
  end)
  return found
end
local function writes_of(name)
  local stem = 'w' .. string.sub(name, 2)
  return redis.call('ZRANGEBYLEX', KEYS[2], '[' .. stem .. '\\0', '(' .. stem .. '\\1')
end
local function used_by(name, record)
  local prefix = 'b' .. string.match(name, '^c(%z[^%z]*%z)')
  local head = cmsgpack.unpack(string.sub(record, 6, 5 + struct.unpack('<I4', string.sub(record, 2, 5))))
  local names = {}
  for part = 3, 4 do
    for _, short in ipairs(head[part]) do names[#names + 1] = prefix .. short end
  end
  return names, head
end
"""


@dataclass(frozen=True)
class Script:
    """A script and the hash that a server knows it by."""

    text: str
    sha: str


def _script(text: str, begin: str = BEGIN) -> Script:
    whole = begin + text
    return Script(whole, hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest())


LASTING = """
local lasting = tonumber(ARGV[1])
if lasting > 0 then
  redis.call('PEXPIRE', KEYS[1], lasting)
  redis.call('PEXPIRE', KEYS[2], lasting)
end
return 'OK'
"""

# ARGV: milliseconds to live or 0, the number of values leaned on, their names, then (name, value): the
# checkpoint first, then the new values.
PUT = _script(
    """
local first = 3 + tonumber(ARGV[2])
for i = 3, first - 1 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then return 'MISSING' end
end
redis.call('ZADD', KEYS[2], 0, ARGV[first])
for i = first, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
"""
    + LASTING
)

# ARGV: milliseconds to live or 0, then (name, write, 1 where the last one wins) of each write.
PUT_WRITES = _script(
    """
for i = 2, #ARGV, 3 do
  redis.call(ARGV[i + 2] == '1' and 'HSET' or 'HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[2], 0, ARGV[i])
end
"""
    + LASTING
)

# ARGV: a name or "", and the bounds between which the last name is taken where there is none.
# Returns name, record, values in the head's order, writes.
GET = _script(
    """
local name = ARGV[1]
if name == '' then
  name = redis.call('ZREVRANGEBYLEX', KEYS[2], ARGV[3], ARGV[2], 'LIMIT', 0, 1)[1]
  if not name then return nil end
end
local record = redis.call('HGET', KEYS[1], name)
if (not record) ~= (not redis.call('ZSCORE', KEYS[2], name)) then return 'TORN' end
if not record then return nil end
return {name, record, values(used_by(name, record)), values(writes_of(name))}
"""
)

# ARGV: bounds, and how many names at most (-1: all). Returns names, the last one first.
NAMES = _script("return redis.call('ZREVRANGEBYLEX', KEYS[2], ARGV[2], ARGV[1], 'LIMIT', 0, ARGV[3])")

# ARGV: names. Returns (name, record, writes) of each that is still there, and, once each, all their values
# as names and as values.
FETCH = _script(
    """
local found, seen, names = {}, {}, {}
for _, name in ipairs(ARGV) do
  local record = redis.call('HGET', KEYS[1], name)
  if (not record) ~= (not redis.call('ZSCORE', KEYS[2], name)) then return 'TORN' end
  if record then
    for _, used in ipairs((used_by(name, record))) do
      if not seen[used] then
        seen[used] = true
        names[#names + 1] = used
      end
    end
    found[#found + 1] = {name, record, values(writes_of(name))}
  end
end
return {found, names, values(names)}
"""
)

# The rest of a script that has put the names of checkpoints into `gone`: they go with their writes, and then
# the values that nothing uses any more.
SWEEP = """
if #gone == 0 then return 0 end
local going, used, unused = {}, {}, {}
for _, name in ipairs(gone) do going[name] = true end
for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[c\\0', '(c\\1')) do
  if not going[name] then
    for _, value in ipairs((used_by(name, redis.call('HGET', KEYS[1], name)))) do used[value] = true end
  end
end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'b\\0' and not used[field] then unused[#unused + 1] = field end
end
local function drop(...)
  redis.call('HDEL', KEYS[1], ...)
  redis.call('ZREM', KEYS[2], ...)
end
for _, name in ipairs(gone) do sliced(writes_of(name), drop) end
sliced(gone, drop)
sliced(unused, drop)
return #gone
"""

# ARGV: the names of checkpoints.
DROP = _script("local gone = ARGV" + SWEEP)

# ARGV: run ids.
DROP_RUNS = _script(
    """
local runs, gone = {}, {}
for _, run in ipairs(ARGV) do runs[run] = true end
for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[c\\0', '(c\\1')) do
  local _, head = used_by(name, redis.call('HGET', KEYS[1], name))
  if runs[head[1]] then gone[#gone + 1] = name end
end
"""
    + SWEEP
)

# A thread goes whatever its keys have become, so nothing is looked at before.
DELETE = _script("return redis.call('UNLINK', KEYS[1], KEYS[2])", begin="")

# The whole thread as bytes, or nil.
DUMP = _script("return named > 0 and {redis.call('DUMP', KEYS[1]), redis.call('DUMP', KEYS[2])}")

# ARGV: milliseconds to live or 0, then both keys as DUMP gave them. What was there goes.
RESTORE = _script(
    """
redis.call('RESTORE', KEYS[1], ARGV[1], ARGV[2], 'REPLACE')
redis.call('RESTORE', KEYS[2], ARGV[1], ARGV[3], 'REPLACE')
return 'OK'
""",
    begin="",
)
