"""The writes on threads and their runs, each one atomic script, so that a thread and its runs never disagree.

Everything lies under one hash tag, `{zigral}`; keys are made in the scripts. Time is the server's, in
microseconds. A thread:

    thread:T            hash: owner, status, rest (its status when nothing is under way), active (the run under
                        way), metadata, config, values, interrupts, error, created, updated, state_updated
    thread:T:runs       its runs in creation order        thread:T:pending    those that wait, by when they are due
    run:R               hash: thread, owner, status, attempt, cancel, what was asked, what came of it
    events:R            the stream of its events
    runs:pending        all that wait, by when            runs:running        all under way, by when a lease ends
    workers             processes that work, by when they last said so
    execution:T         the workflow execution whose thread it is: see `memory.execution_states`
    threads:O:*         an owner's threads by created, updated, state_updated; by status, graph and assistant
"""

from memory.execution_states import EXECUTION_STATES

LIBRARY = (
    """
local P = '{zigral}:'
local function whole(n) return string.format('%.0f', n) end
local function now() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end
local function field(key, name) return redis.call('HGET', key, name) or '' end
local function fence(thread) return '{zigral:' .. thread .. '}:fence' end
local function ring(thread, run)
  redis.call('PUBLISH', P .. 'bell:' .. run, '')
  redis.call('PUBLISH', P .. 'bell:' .. thread, '')
end
local function touch(thread, at)
  redis.call('HSET', P .. 'thread:' .. thread, 'updated', at)
  redis.call('ZADD', P .. 'threads:' .. field(P .. 'thread:' .. thread, 'owner') .. ':updated', at, thread)
end
local function set_status(thread, status, at)
  local key = P .. 'thread:' .. thread
  local was = redis.call('HMGET', key, 'status', 'owner')
  local index = P .. 'threads:' .. was[2] .. ':status:'
  redis.call('SREM', index .. was[1], thread)
  redis.call('SADD', index .. status, thread)
  redis.call('HSET', key, 'status', status)
  if status ~= 'busy' then redis.call('HSET', key, 'rest', status) end
  touch(thread, at)
end
local function tag(thread, owner, graph, assistant)
  local index = P .. 'threads:' .. owner
  local was = redis.call('HMGET', P .. 'thread:' .. thread, 'graph', 'assistant')
  if was[1] and was[1] ~= graph then redis.call('SREM', index .. ':graph:' .. was[1], thread) end
  if was[2] and was[2] ~= assistant then redis.call('SREM', index .. ':assistant:' .. was[2], thread) end
  if graph ~= '' then redis.call('SADD', index .. ':graph:' .. graph, thread) end
  if assistant ~= '' then redis.call('SADD', index .. ':assistant:' .. assistant, thread) end
  redis.call('HSET', P .. 'thread:' .. thread, 'graph', graph, 'assistant', assistant)
end
local function make_thread(thread, owner, metadata, config, graph, assistant)
  local at = whole(now())
  redis.call('HSET', P .. 'thread:' .. thread, 'owner', owner, 'status', 'idle', 'rest', 'idle', 'active', '',
    'metadata', metadata, 'config', config, 'created', at, 'updated', at, 'state_updated', at)
  local index = P .. 'threads:' .. owner
  redis.call('ZADD', index .. ':created', at, thread)
  redis.call('ZADD', index .. ':updated', at, thread)
  redis.call('ZADD', index .. ':state_updated', at, thread)
  redis.call('SADD', index .. ':status:idle', thread)
  tag(thread, owner, graph, assistant)
end
local function set_state(thread, values, interrupts, err, at)
  local key = P .. 'thread:' .. thread
  redis.call('HSET', key, 'values', values, 'interrupts', interrupts, 'error', err, 'state_updated', at)
  redis.call('ZADD', P .. 'threads:' .. field(key, 'owner') .. ':state_updated', at, thread)
end
local function forget_run(thread, run)
  redis.call('ZREM', P .. 'thread:' .. thread .. ':runs', run)
  redis.call('ZREM', P .. 'thread:' .. thread .. ':pending', run)
  redis.call('ZREM', P .. 'runs:pending', run)
  redis.call('ZREM', P .. 'runs:running', run)
  redis.call('ZREM', P .. 'webhooks:due', run)
  redis.call('ZREM', P .. 'executions:waiting', run)
  redis.call('UNLINK', P .. 'run:' .. run, P .. 'events:' .. run)
end
local function close_run(thread, run, status, at)
  local key = P .. 'run:' .. run
  redis.call('HSET', key, 'status', status, 'updated', at, 'ended', at)
  redis.call('ZREM', P .. 'thread:' .. thread .. ':pending', run)
  redis.call('ZREM', P .. 'runs:pending', run)
  redis.call('ZREM', P .. 'runs:running', run)
  redis.call('ZREM', P .. 'executions:waiting', run)
  redis.call('HINCRBY', P .. 'runs:ended', status, 1)
  if field(key, 'webhook') ~= '' then redis.call('ZADD', P .. 'webhooks:due', at, run) end
end
local function ask_to_stop(run, action)
  if field(P .. 'run:' .. run, 'cancel') ~= 'rollback' then
    redis.call('HSET', P .. 'run:' .. run, 'cancel', action)
  end
  redis.call('PUBLISH', P .. 'cancel', run)
end
-- A run that waits is ended at once, unless it was under way already: what it wrote must be seen to.
local function stop_pending(thread, run, action, at)
  if field(P .. 'run:' .. run, 'attempt') ~= '0' then
    ask_to_stop(run, action)
    return false
  end
  if action == 'rollback' then forget_run(thread, run) else close_run(thread, run, 'interrupted', at) end
  ring(thread, run)
  return true
end
local function due_next(thread, at)
  return redis.call('ZRANGEBYSCORE', P .. 'thread:' .. thread .. ':pending', '-inf', at, 'LIMIT', 0, 1)[1] or ''
end
local function rests(thread)
  return field(P .. 'thread:' .. thread, 'active') == ''
    and redis.call('ZCARD', P .. 'thread:' .. thread .. ':pending') == 0
end
-- Adds the events in ARGV from a place on. Ids grow over all runs of a thread.
local function tell(thread, run, from)
  local stream, of = P .. 'events:' .. run, P .. 'thread:' .. thread
  local last = ''
  if from < #ARGV and redis.call('XLEN', stream) == 0 then last = field(of, 'last_event') end
  for i = from, #ARGV, 2 do
    local ms, seq = string.match(last, '^(%d+)-(%d+)$')
    local id = '*'
    if ms and tonumber(ms) >= math.floor(now() / 1000) then id = ms .. '-' .. whole(seq + 1) end
    id = redis.call('XADD', stream, id, 'e', ARGV[i], 'd', ARGV[i + 1])
    redis.call('HSET', of, 'last_event', id)
    last = ''
  end
end
local function hide(thread, at, seconds)
  local key = P .. 'thread:' .. thread
  local was = redis.call('HMGET', key, 'owner', 'status', 'graph', 'assistant')
  local index = P .. 'threads:' .. was[1]
  redis.call('HSET', key, 'gone', at)
  redis.call('ZREM', index .. ':created', thread)
  redis.call('ZREM', index .. ':updated', thread)
  redis.call('ZREM', index .. ':state_updated', thread)
  redis.call('SREM', index .. ':status:' .. was[2], thread)
  redis.call('SREM', index .. ':graph:' .. was[3], thread)
  redis.call('SREM', index .. ':assistant:' .. was[4], thread)
  redis.call('ZADD', P .. 'threads:gone', whole(at + seconds * 1000000), thread)
end
-- Whether a worker's process told lately that it lives; of one that never told, its leases say so. After an
-- outage of ours nobody is taken for dead for a while.
local function lives(worker, at, silent)
  local told = redis.call('ZSCORE', P .. 'workers', worker)
  if not told or tonumber(told) > at - silent then return true end
  return tonumber(redis.call('GET', P .. 'outage') or '0') > at - 2 * silent
end
local function holds(run, attempt)
  local was = redis.call('HMGET', P .. 'run:' .. run, 'status', 'attempt')
  return was[1] == 'running' and was[2] == attempt
end
"""
    + EXECUTION_STATES
)

# ARGV: thread, owner, metadata, config, graph, assistant.
CREATE_THREAD = """
if redis.call('EXISTS', P .. 'thread:' .. ARGV[1]) == 1 then return 0 end
make_thread(unpack(ARGV))
return 1
"""

# ARGV: thread, the metadata that was read, the metadata to be, graph, assistant.
PATCH_THREAD = """
local key = P .. 'thread:' .. ARGV[1]
if redis.call('EXISTS', key) == 0 then return 'GONE' end
if field(key, 'metadata') ~= ARGV[2] then return 'CHANGED' end
redis.call('HSET', key, 'metadata', ARGV[3])
tag(ARGV[1], field(key, 'owner'), ARGV[4], ARGV[5])
touch(ARGV[1], whole(now()))
return 'OK'
"""

# ARGV: thread. Its run under way loses its right to write, and is told to stop.
DELETE_THREAD = """
local thread = ARGV[1]
local key = P .. 'thread:' .. thread
forget_execution(thread)
if redis.call('EXISTS', key) == 0 then return 0 end
local active = field(key, 'active')
for _, run in ipairs(redis.call('ZRANGE', key .. ':runs', 0, -1)) do
  forget_run(thread, run)
  ring(thread, run)
end
if active ~= '' then redis.call('PUBLISH', P .. 'cancel', active) end
hide(thread, now(), 0)
redis.call('ZREM', P .. 'threads:gone', thread)
redis.call('UNLINK', key, key .. ':runs', key .. ':pending', fence(thread),
  '{zigral:' .. thread .. '}:undo')
return 1
"""

# ARGV: thread, new thread. What is stored of it, without its runs.
COPY_THREAD = """
local from, to = P .. 'thread:' .. ARGV[1], P .. 'thread:' .. ARGV[2]
if redis.call('EXISTS', from) == 0 then return 'GONE' end
if redis.call('EXISTS', to) == 1 then return 'EXISTS' end
local was = redis.call('HMGET', from, 'owner', 'metadata', 'config', 'graph', 'assistant', 'rest', 'values',
  'interrupts', 'error')
make_thread(ARGV[2], was[1], was[2], was[3], was[4], was[5])
local at = whole(now())
if was[7] then set_state(ARGV[2], was[7], was[8], was[9], at) end
set_status(ARGV[2], was[6], at)
return 'OK'
"""

# ARGV: thread, token, seconds. Nobody may run it or change its state meanwhile.
HOLD_THREAD = """
local key = P .. 'thread:' .. ARGV[1]
if redis.call('EXISTS', key) == 0 then return 'GONE' end
if not rests(ARGV[1]) or redis.call('EXISTS', key .. ':held') == 1 then return 'BUSY' end
redis.call('SET', key .. ':held', ARGV[2], 'EX', ARGV[3])
return 'OK'
"""

# ARGV: thread, token, then, where its state changed: status, values, interrupts.
RELEASE_THREAD = """
local key = P .. 'thread:' .. ARGV[1]
if redis.call('GET', key .. ':held') ~= ARGV[2] then return 'LOST' end
redis.call('UNLINK', key .. ':held')
if ARGV[3] then
  local at = whole(now())
  set_state(ARGV[1], ARGV[4], ARGV[5], '', at)
  if rests(ARGV[1]) then set_status(ARGV[1], ARGV[3], at) else redis.call('HSET', key, 'rest', ARGV[3]) end
  redis.call('PUBLISH', P .. 'bell:' .. ARGV[1], '')
end
return 'OK'
"""

# ARGV: thread, run, strategy, microseconds to wait, 1 to make the thread, owner, the thread's metadata that was
# read, its metadata to be, graph, assistant, config of a thread to make, an execution's priority or '', then field
# and value of the run.
CREATE_RUN = """
local thread, run, strategy = ARGV[1], ARGV[2], ARGV[3]
local key = P .. 'thread:' .. thread
local made = redis.call('HMGET', P .. 'run:' .. run, 'created', 'due', 'starts')
if made[1] then return {'OK', made[1], made[2], made[3]} end
if not may_create(thread, run, ARGV[12]) then return {'STALE'} end
if redis.call('EXISTS', key) == 0 or field(key, 'gone') ~= '' then
  if ARGV[5] ~= '1' then return {'GONE'} end
  make_thread(thread, ARGV[6], ARGV[8], ARGV[11], ARGV[9], ARGV[10])
else
  if field(key, 'metadata') ~= ARGV[7] then return {'CHANGED'} end
  if strategy == 'reject' and not rests(thread) then return {'BUSY'} end
  redis.call('HSET', key, 'metadata', ARGV[8], 'config', ARGV[11])
  tag(thread, field(key, 'owner'), ARGV[9], ARGV[10])
end
local at = math.max(now(), tonumber(redis.call('HGET', key, 'tick') or '0') + 1)
local stamp = whole(at)
redis.call('HSET', key, 'tick', stamp)
local active = field(key, 'active')
if strategy == 'interrupt' or strategy == 'rollback' then
  for _, before in ipairs(redis.call('ZRANGE', key .. ':pending', 0, -1)) do
    stop_pending(thread, before, strategy, stamp)
  end
  if active ~= '' then ask_to_stop(active, strategy) end
end
local due = whole(at + ARGV[4])
redis.call('HSET', P .. 'run:' .. run, 'thread', thread, 'status', 'pending', 'attempt', '0', 'cancel', '',
  'created', stamp, 'updated', stamp, 'due', due, 'starts', active == '' and '1' or '0', unpack(ARGV, 13))
redis.call('ZADD', key .. ':runs', stamp, run)
redis.call('ZADD', key .. ':pending', due, run)
redis.call('ZADD', P .. 'runs:pending', due, run)
set_status(thread, 'busy', stamp)
if ARGV[12] ~= '' then queue_execution(thread, run, ARGV[12]) end
return {'OK', stamp, due, active == '' and '1' or '0'}
"""

# ARGV: run, microseconds of a lease, the claim's own name (asking again takes nothing twice), the worker's,
# microseconds of silence after which one is dead. What a worker may do with the run, and all about it.
#
# An execution's run, and one that cannot be had, stand for any work there is: the waiting execution's run that is
# first by its priority is taken in its place. The one that was named has its turn when the other is called for.
CLAIM = """
local at = now()
local run = redis.call('GET', P .. 'claim:' .. ARGV[3]) or ARGV[1]
if run == ARGV[1] and stands_for_any(run, ARGV[3], at, ARGV[5]) then
  run = first_waiting(at) or run
  if run ~= ARGV[1] then redis.call('SET', P .. 'claim:' .. ARGV[3], run, 'EX', 60) end
end
local key = P .. 'run:' .. run
local was = redis.call('HMGET', key, 'status', 'thread', 'due')
if not was[1] then return {'GONE'} end
if was[1] ~= 'pending' and was[1] ~= 'running' then return {'ENDED'} end
if was[1] == 'running' and field(key, 'claim') == ARGV[3] then return {'OK', redis.call('HGETALL', key), run} end
local thread = was[2]
local of = P .. 'thread:' .. thread
if was[1] == 'pending' then
  if tonumber(was[3]) > at then return {'EARLY', whole(tonumber(was[3]) - at)} end
  if field(of, 'active') ~= '' then return {'BEHIND', field(of, 'active')} end
  local head = due_next(thread, whole(at))
  if head ~= run then return {'BEHIND', head} end
  if redis.call('EXISTS', of .. ':held') == 1 then return {'HELD'} end
else
  local left = tonumber(redis.call('ZSCORE', P .. 'runs:running', run) or '0') - at
  if left > 0 and lives(field(key, 'worker'), at, ARGV[5]) then return {'LEASED', whole(left)} end
end
local stamp = whole(at)
redis.call('ZREM', of .. ':pending', run)
redis.call('ZREM', P .. 'runs:pending', run)
redis.call('ZADD', P .. 'runs:running', whole(at + ARGV[2]), run)
redis.call('HSET', of, 'active', run)
local attempt = redis.call('HINCRBY', key, 'attempt', 1)
redis.call('HSET', key, 'status', 'running', 'updated', stamp, 'claim', ARGV[3], 'worker', ARGV[4])
redis.call('HSETNX', key, 'started', stamp)
redis.call('SET', fence(thread), run .. ':' .. attempt)
begin_execution(thread, run, stamp)
ring(thread, run)
return {'OK', redis.call('HGETALL', key), run}
"""

# ARGV: microseconds of a lease, then (run, attempt) of each. Answers '' (go on), 'lost', or how to stop.
RENEW = """
local until_ = whole(now() + ARGV[1])
local said = {}
for i = 2, #ARGV, 2 do
  if holds(ARGV[i], ARGV[i + 1]) then
    redis.call('ZADD', P .. 'runs:running', until_, ARGV[i])
    said[#said + 1] = field(P .. 'run:' .. ARGV[i], 'cancel')
  else
    said[#said + 1] = 'lost'
  end
end
return said
"""

# ARGV: run, attempt, the most events a run may have, how many this attempt added before, then (event, data) of
# each. Adding the same ones again adds nothing.
APPEND = """
local run, attempt = ARGV[1], ARGV[2]
if not holds(run, attempt) then return 'LOST' end
local key, before = P .. 'run:' .. run, tonumber(ARGV[4])
local told = redis.call('HMGET', key, 'told_by', 'told')
if told[1] == attempt and tonumber(told[2]) > before then return 'OK' end
if redis.call('XLEN', P .. 'events:' .. run) + (#ARGV - 4) / 2 > tonumber(ARGV[3]) then return 'FULL' end
local thread = field(key, 'thread')
tell(thread, run, 5)
redis.call('HSET', key, 'told_by', attempt, 'told', whole(before + (#ARGV - 4) / 2))
ring(thread, run)
return 'OK'
"""

# ARGV: run, attempt, field, value. What an attempt notes for those after it.
NOTE = """
if not holds(ARGV[1], ARGV[2]) then return 'LOST' end
redis.call('HSET', P .. 'run:' .. ARGV[1], ARGV[3], ARGV[4])
return 'OK'
"""

# ARGV: run, attempt, status or 'rolled back', output, error, the thread's status, values, interrupts; values ''
# leave the thread's state as it is; seconds after which the thread may go, or ''; of the execution that it is of:
# the output, whether a person is asked, when it goes on by itself or ''; then (event, data) of its last events.
# Answers the run that is to start next, or ''.
END = """
local run = ARGV[1]
local key = P .. 'run:' .. run
local was = redis.call('HMGET', key, 'thread', 'attempt', 'status')
if was[1] and was[2] == ARGV[2] and was[3] == ARGV[3] then return {'OK', due_next(was[1], whole(now()))} end
if not holds(run, ARGV[2]) then return {'LOST'} end
local thread = was[1]
local of = P .. 'thread:' .. thread
local stamp = whole(now())
if ARGV[3] ~= 'rolled back' then tell(thread, run, 13) end
if ARGV[3] == 'rolled back' then
  forget_run(thread, run)
  redis.call('HINCRBY', P .. 'runs:ended', 'rolled back', 1)
else
  redis.call('HSET', key, 'output', ARGV[4], 'error', ARGV[5])
  close_run(thread, run, ARGV[3], stamp)
end
redis.call('HSET', of, 'active', '')
redis.call('UNLINK', fence(thread))
if ARGV[7] ~= '' then
  set_state(thread, ARGV[7], ARGV[8], ARGV[6] == 'error' and ARGV[5] or '', stamp)
elseif ARGV[6] == 'error' then
  redis.call('HSET', of, 'error', ARGV[5])
end
redis.call('HSET', of, 'rest', ARGV[6])
if field(of, 'gone') == '' then
  if rests(thread) then set_status(thread, ARGV[6], stamp) else touch(thread, stamp) end
  if ARGV[9] ~= '' and rests(thread) then hide(thread, now(), ARGV[9]) end
end
end_execution(thread, {run = ARGV[3], rest = ARGV[6], err = ARGV[5], output = ARGV[10], asks = ARGV[11],
  wake = ARGV[12]}, stamp)
ring(thread, run)
return {'OK', due_next(thread, stamp)}
"""

# ARGV: run, attempt. It waits again, before all that came after it, and goes on from its last checkpoint.
HAND_BACK = """
local run = ARGV[1]
if not holds(run, ARGV[2]) then return 'LOST' end
local key = P .. 'run:' .. run
local thread, due = field(key, 'thread'), field(key, 'due')
redis.call('HSET', key, 'status', 'pending', 'updated', whole(now()))
redis.call('HSET', P .. 'thread:' .. thread, 'active', '')
redis.call('UNLINK', fence(thread))
redis.call('ZREM', P .. 'runs:running', run)
redis.call('ZADD', P .. 'thread:' .. thread .. ':pending', due, run)
redis.call('ZADD', P .. 'runs:pending', due, run)
if field(key, 'place') ~= '' then redis.call('ZADD', P .. 'executions:waiting', field(key, 'place'), run) end
ring(thread, run)
return 'OK'
"""

# ARGV: worker, microseconds of silence after which one is dead. Who comes back from an outage says so.
BEAT = """
local at = now()
local told = redis.call('ZSCORE', P .. 'workers', ARGV[1])
if told and tonumber(told) < at - ARGV[2] / 2 then redis.call('SET', P .. 'outage', whole(at)) end
redis.call('ZADD', P .. 'workers', whole(at), ARGV[1])
redis.call('ZREMRANGEBYSCORE', P .. 'workers', '-inf', whole(at - 100 * ARGV[2]))
"""

# ARGV: microseconds of grace, how many to look at, the worker that asks, microseconds of silence after which one is
# dead. Runs whose worker has died, and those that nobody has begun although they were due for so long and none is
# before them: what a lost queue is rebuilt from.
STRAYED = """
local at = now()
local found = {}
local judges = lives(ARGV[3], at, ARGV[4])
for _, run in ipairs(redis.call('ZRANGE', P .. 'runs:running', 0, ARGV[2])) do
  local left = tonumber(redis.call('ZSCORE', P .. 'runs:running', run)) - at
  if left <= 0 or (judges and not lives(field(P .. 'run:' .. run, 'worker'), at, ARGV[4])) then
    found[#found + 1] = run
  end
end
local due = whole(at - ARGV[1])
for _, run in ipairs(redis.call('ZRANGEBYSCORE', P .. 'runs:pending', '-inf', due, 'LIMIT', 0, ARGV[2])) do
  local thread = field(P .. 'run:' .. run, 'thread')
  if field(P .. 'thread:' .. thread, 'active') == '' and due_next(thread, due) == run then
    found[#found + 1] = run
  end
end
return found
"""

# ARGV: how many. Threads whose time has come to go, and no webhook is to be told of their runs.
GOING = """
local found, at = {}, whole(now())
for _, thread in ipairs(redis.call('ZRANGEBYSCORE', P .. 'threads:gone', '-inf', at, 'LIMIT', 0, ARGV[1])) do
  local waits = false
  for _, run in ipairs(redis.call('ZRANGE', P .. 'thread:' .. thread .. ':runs', 0, -1)) do
    waits = waits or redis.call('ZSCORE', P .. 'webhooks:due', run)
  end
  if not waits then found[#found + 1] = thread end
end
return found
"""

# ARGV: run, action. Answers ENDED, STOPPED (it never started; and the run to start next) or STOPPING.
CANCEL = """
local run, action = ARGV[1], ARGV[2]
local was = redis.call('HMGET', P .. 'run:' .. run, 'status', 'thread')
if not was[1] then return {'GONE'} end
if was[1] ~= 'running' and was[1] ~= 'pending' then return {'ENDED'} end
local stamp = whole(now())
if was[1] == 'running' then ask_to_stop(run, action) end
if was[1] == 'running' or not stop_pending(was[2], run, action, stamp) then return {'STOPPING'} end
if rests(was[2]) then set_status(was[2], field(P .. 'thread:' .. was[2], 'rest'), stamp) end
rest_execution(was[2], stamp)
return {'STOPPED', due_next(was[2], stamp)}
"""

# ARGV: run. Deletes one that has ended.
DELETE_RUN = """
local was = redis.call('HMGET', P .. 'run:' .. ARGV[1], 'status', 'thread')
if not was[1] then return 'GONE' end
if was[1] == 'pending' or was[1] == 'running' then return 'BUSY' end
forget_run(was[2], ARGV[1])
return 'OK'
"""

# ARGV: run, the id after which to read, how many. Entries, and the run's status as of that moment ('' gone).
READ_EVENTS = """
local found = redis.call('XRANGE', P .. 'events:' .. ARGV[1], '(' .. ARGV[2], '+', 'COUNT', ARGV[3])
return {found, field(P .. 'run:' .. ARGV[1], 'status')}
"""
