"""How a workflow's execution changes with the runs on its thread: Lua that the run scripts share.

An execution's id is its thread's. It is kept, all under `{zigral}`, as

    execution:E             hash: owner, index, place, status, asked ('', 'pause' or 'cancel'), run (the one that is
                            made for it and not begun), kwargs (of that run), wake (when it goes on by itself),
                            what it was started with, what came of it
    execution:E:steps       step id -> record, as JSON
    executions:O:W[:S]      an owner's executions of a workflow by their places; those of a status
    executions:due          executions that somebody must look at then: to make their run, or to wake them
    executions:waiting      their runs that wait for a worker, by priority, then by age
    executions:counts       how many there are, by status
"""

EXECUTION_STATES = """
local PRIORITIES, SHARE = 9, 17592186044416
local function execution(id) return P .. 'execution:' .. id end
local function is_execution(id) return redis.call('EXISTS', execution(id)) == 1 end
local function has_ended(status) return status == 'completed' or status == 'failed' or status == 'cancelled' end
local function set_execution(id, status, at)
  local was = redis.call('HMGET', execution(id), 'status', 'index', 'place')
  redis.call('PUBLISH', P .. 'bell:' .. id, '')
  if was[1] == status then return end
  redis.call('ZREM', was[2] .. ':' .. was[1], id)
  redis.call('ZADD', was[2] .. ':' .. status, was[3], id)
  redis.call('HINCRBY', P .. 'executions:counts', was[1], -1)
  redis.call('HINCRBY', P .. 'executions:counts', status, 1)
  redis.call('HSET', execution(id), 'status', status)
  if has_ended(status) then redis.call('HSET', execution(id), 'ended', at) end
end
-- A run of an execution may be made only while the execution waits for that very run.
local function may_create(id, run, priority)
  return priority == '' or field(execution(id), 'run') == run
end
local function queue_execution(id, run, priority)
  local place = whole((PRIORITIES - priority) * SHARE + redis.call('INCR', P .. 'executions:queued'))
  redis.call('HSET', P .. 'run:' .. run, 'place', place)
  redis.call('ZADD', P .. 'executions:waiting', place, run)
  redis.call('ZREM', P .. 'executions:due', id)
end
local function first_waiting(at)
  for _, run in ipairs(redis.call('ZRANGE', P .. 'executions:waiting', 0, 9)) do
    local was = redis.call('HMGET', P .. 'run:' .. run, 'status', 'thread')
    if was[1] ~= 'pending' then
      redis.call('ZREM', P .. 'executions:waiting', run)
    else
      local of = P .. 'thread:' .. was[2]
      local free = field(of, 'active') == '' and redis.call('EXISTS', of .. ':held') == 0
      if free and due_next(was[2], whole(at)) == run then return run end
    end
  end
end
-- Whether a claim of this run may as well take any execution's that waits: it is one itself, or cannot be had.
local function stands_for_any(run, claim, at, silent)
  local was = redis.call('HMGET', P .. 'run:' .. run, 'status', 'place', 'claim', 'worker')
  if was[1] == 'pending' then return was[2] end
  if was[1] ~= 'running' then return true end
  if was[3] == claim then return false end
  local left = tonumber(redis.call('ZSCORE', P .. 'runs:running', run) or '0') - at
  return left > 0 and lives(was[4] or '', at, silent)
end
local function begin_execution(id, run, at)
  redis.call('ZREM', P .. 'executions:waiting', run)
  if not is_execution(id) then return end
  redis.call('ZREM', P .. 'executions:due', id)
  redis.call('HSET', P .. 'run:' .. run, 'execution', '1')
  redis.call('HSET', execution(id), 'run', '', 'wake', '')
  if field(P .. 'run:' .. run, 'cancel') == '' then redis.call('HSET', execution(id), 'asked', '') end
  redis.call('HSETNX', execution(id), 'started', at)
  redis.call('HDEL', execution(id), 'ended', 'output', 'error')
  set_execution(id, 'running', at)
end
-- Nothing is under way on its thread, and nothing will be before somebody asks.
local function rest_execution(id, at)
  if not is_execution(id) or not rests(id) or has_ended(field(execution(id), 'status')) then return end
  redis.call('HSET', execution(id), 'run', '', 'wake', '')
  redis.call('ZREM', P .. 'executions:due', id)
  set_execution(id, field(execution(id), 'asked') == 'cancel' and 'cancelled' or 'paused', at)
end
local function status_after(asked, o)
  if o.run == 'error' or o.run == 'timeout' then return 'failed' end
  if o.run == 'success' and o.rest == 'idle' then return 'completed' end
  if asked == 'cancel' then return 'cancelled' end
  if o.run == 'success' and o.wake ~= '' and o.asks == '' and asked == '' then return 'running' end
  return 'paused'
end
local function end_execution(id, o, at)
  if not is_execution(id) then return end
  local asked = field(execution(id), 'asked')
  local status = status_after(asked, o)
  if status == 'failed' then redis.call('HSET', execution(id), 'error', o.err) end
  if status == 'completed' then redis.call('HSET', execution(id), 'output', o.output) end
  if not has_ended(status) and o.wake ~= '' and asked == '' then
    redis.call('HSET', execution(id), 'wake', o.wake)
    redis.call('ZADD', P .. 'executions:due', o.wake, id)
  end
  set_execution(id, status, at)
end
local function forget_execution(id)
  if not is_execution(id) then return end
  local was = redis.call('HMGET', execution(id), 'index', 'status')
  redis.call('ZREM', was[1], id)
  redis.call('ZREM', was[1] .. ':' .. was[2], id)
  redis.call('ZREM', P .. 'executions:due', id)
  redis.call('HINCRBY', P .. 'executions:counts', was[2], -1)
  redis.call('UNLINK', execution(id), execution(id) .. ':steps')
end
"""
