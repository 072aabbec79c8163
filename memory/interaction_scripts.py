"""The three writes of the interactions, each one atomic script over many records, all in one slot of a cluster.

KEYS: the log, the counter of the log, the log's id. A record is a hash with its JSON, the sorted sets that it is
in (their names, with a space between), and its vectors.
"""

# ARGV: prefix, a fresh log id, then (id, JSON, microseconds, names of the sets) of each; answers how many changed.
PUT = """
local prefix, changed = ARGV[1], 0
redis.call('SET', KEYS[3], ARGV[2], 'NX')
for i = 3, #ARGV, 4 do
  local id, key = ARGV[i], prefix .. 'record:' .. ARGV[i]
  local old = redis.call('HMGET', key, 'json', 'sets')
  if old[1] ~= ARGV[i + 1] then
    if old[2] then
      for set in string.gmatch(old[2], '%S+') do redis.call('ZREM', prefix .. set, id) end
    end
    redis.call('UNLINK', key)
    redis.call('HSET', key, 'json', ARGV[i + 1], 'sets', ARGV[i + 3])
    for set in string.gmatch(ARGV[i + 3], '%S+') do redis.call('ZADD', prefix .. set, ARGV[i + 2], id) end
    redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[2]), id)
    changed = changed + 1
  end
end
return changed
"""

# ARGV: prefix, then ids; answers how many were there. The log keeps the id, so that every index hears of it.
DELETE = """
local prefix, gone = ARGV[1], 0
for i = 2, #ARGV do
  local key = prefix .. 'record:' .. ARGV[i]
  local sets = redis.call('HGET', key, 'sets')
  if sets then
    for set in string.gmatch(sets, '%S+') do redis.call('ZREM', prefix .. set, ARGV[i]) end
    redis.call('UNLINK', key)
    redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[2]), ARGV[i])
    gone = gone + 1
  end
end
return gone
"""

# KEYS: the log. ARGV: prefix, field, then (id, JSON, vector) of each.
KEEP_VECTORS = """
for i = 3, #ARGV, 3 do
  local key = ARGV[1] .. 'record:' .. ARGV[i]
  if redis.call('HGET', key, 'json') == ARGV[i + 1] then redis.call('HSET', key, ARGV[2], ARGV[i + 2]) end
end
"""
