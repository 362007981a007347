package redisboard

import "github.com/throng-social/throng/internal/redis"

// A board has three keys: the members in order, what they are made of by subject
// (all of a member but the subject), and the position with the number of members. A
// board whose parts do not fit together has lost some, and counts as absent.
const whole = `
local said = redis.call('GET', KEYS[3])
if not said then
  return false
end
local position, size = string.match(said, '^(%d+) (%d+)$')
if redis.call('ZCARD', KEYS[1]) ~= tonumber(size) or redis.call('HLEN', KEYS[2]) ~= tonumber(size) then
  return false
end
`

// member_of is the member of a subject, from what the second key has of it.
const memberOf = `
local function member_of(subject)
  local rest = redis.call('HGET', KEYS[2], subject)
  return rest and string.sub(rest, 1, 24) .. subject .. string.sub(rest, 25, 32)
end
`

// stand is the position. Numbers of 64 bits are strings, as Lua has none.
var stand = redis.NewScript(whole + `return position`)

// read takes how many, a place or nothing, subjects to be around, subjects to find
// and whether with ranks. Subjects stand one after the other.
var read = redis.NewScript(whole + memberOf + `
local n, after, around, find, ranked = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local first = 0
if after ~= '' then
  first = redis.call('ZLEXCOUNT', KEYS[1], '-', '(' .. after .. string.rep('\255', 9))
end
local best
for i = 1, #around, 16 do
  local member = member_of(string.sub(around, i, i + 15))
  if member then
    local rank = redis.call('ZRANK', KEYS[1], member)
    if not best or rank < best then
      best = rank
    end
  end
end
if best then
  local part = math.max(n, 1)
  first = math.max(0, math.min(best - math.floor((part - 1) / 2), size - part))
end
local entries, found = {}, {}
if n > 0 then
  entries = redis.call('ZRANGE', KEYS[1], first, first + n - 1)
end
for i = 1, #find, 16 do
  local member = member_of(string.sub(find, i, i + 15))
  if member then
    found[#found + 1] = member
    found[#found + 1] = ranked and redis.call('ZRANK', KEYS[1], member) + 1 or 0
  end
end
return {position, tonumber(size), first + 1, entries, found}
`)

// apply takes the positions from and to, milliseconds to live, and members one after
// the other; one without a score begins with eight times the greatest byte.
var apply = redis.NewScript(whole + memberOf + `
if position ~= ARGV[1] then
  return 0
end
local nothing = string.rep('\255', 8)
for i = 1, #ARGV[4], 48 do
  local member = string.sub(ARGV[4], i, i + 47)
  local subject = string.sub(member, 25, 40)
  local old = member_of(subject)
  if old then
    redis.call('ZREM', KEYS[1], old)
  end
  if string.sub(member, 1, 8) ~= nothing then
    redis.call('ZADD', KEYS[1], 0, member)
    redis.call('HSET', KEYS[2], subject, string.sub(member, 1, 24) .. string.sub(member, 41, 48))
  elseif old then
    redis.call('HDEL', KEYS[2], subject)
  end
end
redis.call('SET', KEYS[3], ARGV[2] .. ' ' .. redis.call('ZCARD', KEYS[1]), 'PX', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
`)

// add puts members into keys that are not a board yet.
var add = redis.NewScript(`
for i = 1, #ARGV[2], 48 do
  local member = string.sub(ARGV[2], i, i + 47)
  redis.call('ZADD', KEYS[1], 0, member)
  redis.call('HSET', KEYS[2], string.sub(member, 25, 40), string.sub(member, 1, 24) .. string.sub(member, 41, 48))
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1
`)

// put makes a board of what was added, unless one stands further: position, size,
// milliseconds to live.
var put = redis.NewScript(`
local function intact()
` + whole + `
  return position
end
local there = intact()
if there and tonumber(there) > tonumber(ARGV[1]) then
  redis.call('UNLINK', KEYS[4], KEYS[5])
  return 1
end
if redis.call('ZCARD', KEYS[4]) ~= tonumber(ARGV[2]) or redis.call('HLEN', KEYS[5]) ~= tonumber(ARGV[2]) then
  redis.call('UNLINK', KEYS[4], KEYS[5])
  return false
end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
if tonumber(ARGV[2]) > 0 then
  redis.call('RENAME', KEYS[4], KEYS[1])
  redis.call('RENAME', KEYS[5], KEYS[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
redis.call('SET', KEYS[3], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1
`)
