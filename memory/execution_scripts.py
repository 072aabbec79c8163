"""The calls of the execution store, each one atomic script beside those of `memory.run_scripts`."""

from memory.run_scripts import LIBRARY

__all__ = ["ASK", "CREATE", "DUE", "GET", "GO_ON", "LIBRARY", "LIST", "WRITE_STEPS"]

# ARGV: execution, its index, microseconds until somebody looks whether its run was made, then field and value.
CREATE = """
local id = ARGV[1]
if is_execution(id) then return {field(execution(id), 'created')} end
local at = now()
local place = redis.call('INCR', P .. 'executions:places')
redis.call('HSET', execution(id), 'index', ARGV[2], 'place', place, 'status', 'pending', 'asked', '', 'wake', '',
  'created', whole(at), unpack(ARGV, 4))
redis.call('ZADD', ARGV[2], place, id)
redis.call('ZADD', ARGV[2] .. ':pending', place, id)
redis.call('HINCRBY', P .. 'executions:counts', 'pending', 1)
redis.call('ZADD', P .. 'executions:due', whole(at + ARGV[3]), id)
return {whole(at)}
"""

# ARGV: execution, then the fields to read. Answers them and all steps' records, or nothing.
GET = """
if not is_execution(ARGV[1]) then return false end
return {redis.call('HMGET', execution(ARGV[1]), unpack(ARGV, 2)),
  redis.call('HGETALL', execution(ARGV[1]) .. ':steps')}
"""

# ARGV: index, place to begin below, how many, how many bytes, then the fields to read.
# Answers where the next page begins below, or '', and (execution, fields, steps) of each, newest first.
LIST = """
local limit = tonumber(ARGV[3])
local found = redis.call('ZREVRANGEBYSCORE', ARGV[1], ARGV[2], '-inf', 'WITHSCORES', 'LIMIT', 0, limit + 1)
local items, bytes, last, i = {}, 0, '', 1
while i <= #found and i < 2 * limit do
  local row = redis.call('HMGET', execution(found[i]), unpack(ARGV, 5))
  local steps = redis.call('HGETALL', execution(found[i]) .. ':steps')
  for _, text in ipairs(row) do bytes = bytes + #(text or '') end
  for _, text in ipairs(steps) do bytes = bytes + #text end
  if #items > 0 and bytes > tonumber(ARGV[4]) then break end
  items[#items + 1] = {found[i], row, steps}
  last, i = found[i + 1], i + 2
end
return {i <= #found and last or '', items}
"""

# ARGV: execution, 'pause' or 'cancel'. Answers OK, or the status that does not allow it. What has not begun is
# stopped at once, what is under way by its worker.
ASK = """
local id, asked = ARGV[1], ARGV[2]
local was = redis.call('HMGET', execution(id), 'status', 'asked')
if not was[1] then return 'GONE' end
if has_ended(was[1]) or (asked == 'pause' and was[1] == 'paused') then return was[1] end
if was[2] == 'cancel' then return asked == 'cancel' and 'OK' or 'being cancelled' end
redis.call('HSET', execution(id), 'asked', asked)
local key, stamp = P .. 'thread:' .. id, whole(now())
local action = asked == 'cancel' and 'interrupt' or 'pause'
for _, run in ipairs(redis.call('ZRANGE', key .. ':pending', 0, -1)) do stop_pending(id, run, action, stamp) end
if field(key, 'active') ~= '' then ask_to_stop(field(key, 'active'), action) end
if rests(id) then
  rest_execution(id, stamp)
  if redis.call('EXISTS', key) == 1 then set_status(id, field(key, 'rest'), stamp) end
end
return 'OK'
"""

# ARGV: execution, run, that run's kwargs, microseconds until somebody looks whether it was made, the time where it
# is to be woken and only if it is due, or '', then the statuses in which it may go on. Answers OK, or why not.
GO_ON = """
local id, at = ARGV[1], now()
local was = redis.call('HMGET', execution(id), 'status', 'wake', 'asked', 'started')
if not was[1] then return 'GONE' end
local allowed = false
for i = 6, #ARGV do allowed = allowed or ARGV[i] == was[1] end
if not allowed then return was[1] end
if not rests(id) or field(execution(id), 'run') ~= '' then return 'running' end
if ARGV[5] ~= '' and (was[2] == '' or tonumber(was[2]) > tonumber(ARGV[5]) or was[3] ~= '') then return 'EARLY' end
redis.call('HSET', execution(id), 'run', ARGV[2], 'kwargs', ARGV[3], 'asked', '', 'wake', '')
redis.call('HDEL', execution(id), 'ended', 'output', 'error')
redis.call('ZADD', P .. 'executions:due', whole(at + ARGV[4]), id)
set_execution(id, was[4] and 'running' or 'pending', whole(at))
return 'OK'
"""

# ARGV: how many, microseconds until they are looked at again, the time: waits are by the clock of whoever began
# them, and not by this server's. Those that somebody must see to now.
DUE = """
local at, due = tonumber(ARGV[3]), {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'executions:due', '-inf', whole(at), 'LIMIT', 0, ARGV[1])) do
  if field(execution(id), 'run') == '' and field(execution(id), 'wake') == '' then
    redis.call('ZREM', P .. 'executions:due', id)
  else
    redis.call('ZADD', P .. 'executions:due', whole(at + ARGV[2]), id)
    due[#due + 1] = id
  end
end
return due
"""


# ARGV: execution, the run and the attempt that writes ('' for one that no worker holds), then (step, record).
WRITE_STEPS = """
if not is_execution(ARGV[1]) or (ARGV[2] ~= '' and not holds(ARGV[2], ARGV[3])) then return 'LOST' end
redis.call('HSET', execution(ARGV[1]) .. ':steps', unpack(ARGV, 4))
redis.call('PUBLISH', P .. 'bell:' .. ARGV[1], '')
return 'OK'
"""
