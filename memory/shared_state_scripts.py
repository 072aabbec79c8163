"""The calls of the shared state, each one atomic script.

A space is a hash of values by their names: version, token and value, a line each. A counter gives versions, so that
a value that was removed and comes again never has a version that somebody saw. The token is the call's own: one
that is repeated because its answer was lost does nothing twice. KEYS: space, versions, snapshots.
"""

# ARGV: name, the version that was read ("" for whatever it is, 0 for none), token, value, how many values.
# Answers {1, version}, or {0, the version that is there}, or {-1} where the space is full.
PUT = """
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version, token = '0', ''
if stored then version, token = string.match(stored, '^(%d+)\\n(%x+)\\n') end
if token == ARGV[3] then return {1, version} end
if ARGV[2] ~= '' and ARGV[2] ~= version then return {0, version} end
if not stored and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return {-1} end
version = string.format('%.0f', redis.call('INCR', KEYS[2]))
redis.call('HSET', KEYS[1], ARGV[1], version .. '\\n' .. ARGV[3] .. '\\n' .. ARGV[4])
return {1, version}
"""

# ARGV: name, the version that was read or "". Answers as PUT.
DELETE = """
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version = stored and string.match(stored, '^%d+') or '0'
if ARGV[2] ~= '' and ARGV[2] ~= version then return {0, version} end
redis.call('HDEL', KEYS[1], ARGV[1])
return {1, version}
"""

# KEYS: and the snapshot. ARGV: its id, now, how many snapshots. Answers 1, or 0 where there are as many.
SNAPSHOT = """
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 1 end
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('COPY', KEYS[1], KEYS[4], 'REPLACE') end
return 1
"""

# KEYS: and the snapshot. ARGV: its id. Answers 1, or 0 where there is none. Every value gets a new version.
RESTORE = """
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 0 end
local kept = redis.call('HGETALL', KEYS[4])
redis.call('UNLINK', KEYS[1])
for i = 1, #kept, 2 do
  local version = string.format('%.0f', redis.call('INCR', KEYS[2]))
  redis.call('HSET', KEYS[1], kept[i], version .. string.match(kept[i + 1], '^%d+(\\n.*)$'))
end
return 1
"""

# KEYS: and the snapshot. ARGV: its id.
FORGET = """
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('UNLINK', KEYS[4])
return 1
"""
