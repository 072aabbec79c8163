"""The store's writes and its pages, each one atomic script. KEYS: items, index, spaces."""

# ARGV: member, namespace, now, value. Keeps the time at which an item was first put.
PUT = """
local old = redis.call('HGET', KEYS[1], ARGV[1])
local created = old and string.match(old, '^[^\\n]+') or ARGV[3]
redis.call('HSET', KEYS[1], ARGV[1], created .. '\\n' .. ARGV[3] .. '\\n' .. ARGV[4])
if not old then
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
  redis.call('HINCRBY', KEYS[3], ARGV[2], 1)
end
return 1
"""

# ARGV: member, namespace.
DELETE = """
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('HINCRBY', KEYS[3], ARGV[2], -1) <= 0 then redis.call('HDEL', KEYS[3], ARGV[2]) end
return 1
"""

# ARGV: from, to, offset, count. Answers the members in order, and their items.
PAGE = """
local members = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], ARGV[2], 'LIMIT', ARGV[3], ARGV[4])
if #members == 0 then return {members, {}} end
return {members, redis.call('HMGET', KEYS[1], unpack(members))}
"""
