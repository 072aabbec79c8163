"""The writes on assistants, each one atomic script. KEYS: the assistant, its owner's index."""

KEPT_VERSIONS = 1000

# ARGV: id, owner, when it was made, version 1 as JSON. Answers 0 where there is one of this id.
CREATE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'latest', 1, 'top', 1, 'updated', ARGV[3], 'v1', ARGV[4])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return 1
"""

# ARGV: the latest and the highest version that were read, when, the new version as JSON. Answers 0 if they changed.
UPDATE = f"""
local was = redis.call('HMGET', KEYS[1], 'latest', 'top')
if was[1] ~= ARGV[1] or was[2] ~= ARGV[2] then return 0 end
local new = tonumber(was[2]) + 1
redis.call('HSET', KEYS[1], 'latest', new, 'top', new, 'updated', ARGV[3], 'v' .. new, ARGV[4])
redis.call('HDEL', KEYS[1], 'v' .. (new - {KEPT_VERSIONS}))
return 1
"""

# ARGV: version, when. Answers 0 where there is no such version.
SET_LATEST = """
if redis.call('HEXISTS', KEYS[1], 'v' .. ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'latest', ARGV[1], 'updated', ARGV[2])
return 1
"""

# ARGV: id.
DELETE = """
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[1])
"""

# Answers nothing where there is none, else its owner, when it changed last, and its latest version.
READ = """
local found = redis.call('HMGET', KEYS[1], 'owner', 'updated', 'latest')
if not found[1] then return false end
return {found[1], found[2], redis.call('HGET', KEYS[1], 'v' .. found[3])}
"""
