"""Telling and reading how agents are doing, in one atomic script under the one hash tag `{zigral}`.

agent:A                 hash: calls, failures, seconds; weight, good, kept (seconds) and b1 to b12, which fade;
                        at (the moment of those), error, error_at, spared (until). Times are the server's, in
                        milliseconds. It is forgotten when nobody called the agent for `KEPT_DAYS`.
agents:processes        processes by when they are taken for dead
agents:load:P           hash: calls under way in a process, by agent; `told`: the number of its last telling
"""

KEPT_DAYS = 90

# ARGV: process, number of this telling, how long the process counts (ms), half-life (ms), what to add as JSON, ids
# to read as JSON. Answers the time, and for each id: calls under way in other processes, and the hash.
TELL = """
local P = '{zigral}:'
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local me, number, lease, half = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function text(n) return string.format('%.17g', n) end
local function add(id, new)
  local key = P .. 'agent:' .. id
  local was = redis.call('HMGET', key, 'at', 'weight', 'good', 'kept')
  local left = math.pow(0.5, math.max(0, now - (tonumber(was[1]) or now)) / half)
  local function faded(old, more) return text((tonumber(old) or 0) * left + more) end
  redis.call('HSET', key, 'at', text(now), 'weight', faded(was[2], new.weight), 'good', faded(was[3], new.good),
    'kept', faded(was[4], new.kept))
  for at, more in ipairs(new.buckets) do
    redis.call('HSET', key, 'b' .. at, faded(redis.call('HGET', key, 'b' .. at), more))
  end
  redis.call('HINCRBY', key, 'calls', new.calls)
  redis.call('HINCRBY', key, 'failures', new.failures)
  redis.call('HINCRBYFLOAT', key, 'seconds', text(new.seconds))
  if new.error then redis.call('HSET', key, 'error', new.error, 'error_at', text(now)) end
end
local load = P .. 'agents:load:' .. me
redis.call('ZADD', P .. 'agents:processes', now + lease, me)  -- first: a full server refuses it
if redis.call('HGET', load, 'told') ~= number then
  redis.call('DEL', load)
  redis.call('HSET', load, 'told', number)
  for id, new in pairs(cjson.decode(ARGV[5])) do
    if new.calls > 0 then add(id, new) end
    if new.spared >= 0 then
      redis.call('HSET', P .. 'agent:' .. id, 'spared', text(new.spared > 0 and now + new.spared or 0))
    end
    redis.call('EXPIRE', P .. 'agent:' .. id, KEPT_SECONDS)
    if new.load > 0 then redis.call('HSET', load, 'load:' .. id, new.load) end
  end
end
redis.call('PEXPIRE', load, lease)
redis.call('ZREMRANGEBYSCORE', P .. 'agents:processes', '-inf', now)
local others, found = redis.call('ZRANGE', P .. 'agents:processes', 0, -1), {text(now)}
for _, id in ipairs(cjson.decode(ARGV[6])) do
  local sum = 0
  for _, process in ipairs(others) do
    if process ~= me then
      sum = sum + (tonumber(redis.call('HGET', P .. 'agents:load:' .. process, 'load:' .. id)) or 0)
    end
  end
  found[#found + 1] = {sum, redis.call('HGETALL', P .. 'agent:' .. id)}
end
return found
""".replace("KEPT_SECONDS", str(KEPT_DAYS * 86_400))

# ARGV: process. It has ended, and nothing of it is under way.
LEAVE = """
redis.call('DEL', '{zigral}:agents:load:' .. ARGV[1])
redis.call('ZREM', '{zigral}:agents:processes', ARGV[1])
"""
