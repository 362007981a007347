package redisboard

import "github.com/throng-social/throng/internal/redis"

// A board has three keys: the members in order, the member of each subject, and the
// position with the number of members. A board whose parts do not fit together has
// lost some, and counts as absent.
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

// members_of are the members of those subjects among some arguments that are on the
// board. Lists are handed to Redis a thousand at a time, as Lua's stack is small.
const membersOf = `
local function members_of(first, last, step)
  local members, n = {}, 0
  for from = first, last, 1000 * step do
    local subjects, asked = {}, 0
    for i = from, math.min(from + 1000 * step - 1, last), step do
      asked = asked + 1
      subjects[asked] = ARGV[i]
    end
    for _, member in ipairs(redis.call('HMGET', KEYS[2], unpack(subjects))) do
      if member then
        n = n + 1
        members[n] = member
      end
    end
  end
  return members
end
`

// stand is the position. Numbers of 64 bits are strings, as Lua has none.
var stand = redis.NewScript(whole + `return position`)

// read takes how many, a place or nothing, whether with ranks, how many subjects there
// are to be around, those, and subjects to find. Who is to be around is mostly who is
// to be found, so ranks are asked for once.
var read = redis.NewScript(whole + membersOf + `
local n, after, ranked, around = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
local ranks = {}
local function rank_of(member)
  if not ranks[member] then
    ranks[member] = redis.call('ZRANK', KEYS[1], member)
  end
  return ranks[member]
end
local first = 0
if after ~= '' then
  first = redis.call('ZLEXCOUNT', KEYS[1], '-', '(' .. after .. string.rep('\255', 9))
end
local best
for _, member in ipairs(members_of(5, 4 + around, 1)) do
  local rank = rank_of(member)
  if not best or rank < best then
    best = rank
  end
end
if best then
  local part = math.max(n, 1)
  first = math.max(0, math.min(best - math.floor((part - 1) / 2), size - part))
end
local entries = {}
if n > 0 then
  entries = redis.call('ZRANGE', KEYS[1], first, first + n - 1)
end
local found, places = members_of(5 + around, #ARGV, 1), {}
if ranked then
  for i, member in ipairs(found) do
    places[i] = rank_of(member) + 1
  end
end
return {position, tonumber(size), first + 1, table.concat(entries), table.concat(found), places}
`)

// apply takes the positions from and to, milliseconds to live, how many subjects have
// no score any more, those, and then each subject that has one with its member.
var apply = redis.NewScript(whole + membersOf + `
if position ~= ARGV[1] then
  return 0
end
local function forget(first, last, step)
  local old = members_of(first, last, step)
  if #old > 0 then
    redis.call('ZREM', KEYS[1], unpack(old))
  end
end
local there = 5 + tonumber(ARGV[4])
for first = 5, there - 1, 1000 do
  local last = math.min(first + 999, there - 1)
  forget(first, last, 1)
  redis.call('HDEL', KEYS[2], unpack(ARGV, first, last))
end
for first = there, #ARGV, 2000 do
  local last = math.min(first + 1999, #ARGV)
  forget(first, last, 2)
  local placed, n = {}, 0
  for i = first + 1, last, 2 do
    placed[n + 1], placed[n + 2] = '0', ARGV[i]
    n = n + 2
  end
  redis.call('ZADD', KEYS[1], unpack(placed))
  redis.call('HSET', KEYS[2], unpack(ARGV, first, last))
end
redis.call('SET', KEYS[3], ARGV[2] .. ' ' .. redis.call('ZCARD', KEYS[1]), 'PX', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
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
