"""The writes of the lead store, each one atomic script over many leads."""

# KEYS: index, count. ARGV: (id, JSON, id of the lead that this one repeats, or "") of each; answers 1 where added.
ADD = """
local added = {}
for i = 1, #ARGV, 3 do
  local key = 'zigral:lead:' .. ARGV[i]
  if redis.call('SET', key, ARGV[i + 1], 'NX') then
    redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[2]), ARGV[i])
    if ARGV[i + 2] ~= '' then redis.call('RPUSH', 'zigral:lead:' .. ARGV[i + 2] .. ':copies', ARGV[i]) end
    added[#added + 1] = 1
  else
    added[#added + 1] = 0
  end
end
return added
"""

# ARGV: (id, the JSON that was read, the JSON to be) of each; answers 1 where nobody had changed it meanwhile.
SWAP = """
local swapped = {}
for i = 1, #ARGV, 3 do
  local key = 'zigral:lead:' .. ARGV[i]
  local same = redis.call('GET', key) == ARGV[i + 1]
  if same then redis.call('SET', key, ARGV[i + 2]) end
  swapped[#swapped + 1] = same and 1 or 0
end
return swapped
"""

# KEYS: index. ARGV: id.
REMOVE = """
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('UNLINK', 'zigral:lead:' .. ARGV[1], 'zigral:lead:' .. ARGV[1] .. ':copies')
"""
