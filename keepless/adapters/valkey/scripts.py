"""What is done to an entry in one step: Lua scripts on the one key of an item, so a cluster runs them too.

The hash of an item has its parts under their own names and, in clear, what the server needs to keep order:
`revision` (the claim under which the entry was kept), `until` (its end by our clock, in milliseconds since 1970),
`claim` and `claim_ends` (who may keep it next), `stale` and `outdated` (when a webhook marked it), `problem` and
`noted` (why its bank told no more, and when that was noted), `closed` (when it was forgotten just now: until when
nobody may claim it). Moments without a clock named are the server's, in microseconds.
"""

REVISION, UNTIL, STALE, OUTDATED, PROBLEM = "revision", "until", "stale", "outdated", "problem"
TOMBSTONE_SECONDS = 120

# A key of another kind at our name was not written by us, and is in the way (R10).
_COMMON = """
local key = KEYS[1]
local kind = redis.call('TYPE', key)['ok']
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', key) end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function number(field) return tonumber(redis.call('HGET', key, field)) end
local function whole(value) return string.format('%.0f', value) end
local function ahead(field) local moment = number(field); return moment and moment > now end
local function markable() return not ahead('closed') and redis.call('EXISTS', key) == 1 end
local function moment() return whole(math.max(now, number('claim') or 0)) end
"""

# seconds -> the claim, nothing where another has it, 0 where the entry was forgotten just now. A claim is the time, and
# more than every number that the entry has seen.
CLAIM = (
    _COMMON
    + """
if ahead('closed') then return 0 end
if ahead('claim_ends') then return false end
local length = ARGV[1] * 1000000
local claim = whole(math.max(now, (number('claim') or 0) + 1, (number('revision') or 0) + 1))
redis.call('HSET', key, 'claim', claim, 'claim_ends', whole(now + length))
if not number('revision') then redis.call('PEXPIRE', key, whole(length / 1000)) end
return claim
"""
)

# claim, end by our clock, milliseconds until then, and each part with its name before it -> 1 where it was kept
KEEP = (
    _COMMON
    + """
local claim = tonumber(ARGV[1])
if number('claim') ~= claim or not ahead('claim_ends') then return 0 end
local marks = redis.call('HMGET', key, 'stale', 'outdated', 'noted', 'problem')
redis.call('DEL', key)
if tonumber(ARGV[3]) <= 0 then return 0 end
redis.call('HSET', key, 'revision', ARGV[1], 'until', ARGV[2], unpack(ARGV, 4))
local function late(moment) return (tonumber(moment) or 0) >= claim end
if late(marks[1]) then redis.call('HSET', key, 'stale', marks[1]) end
if late(marks[2]) then redis.call('HSET', key, 'outdated', marks[2]) end
if late(marks[3]) and marks[4] then redis.call('HSET', key, 'noted', marks[3], 'problem', marks[4]) end
redis.call('PEXPIRE', key, ARGV[3])
return 1
"""
)

# revision, part, value -> 1 where it was added
ADD = (
    _COMMON
    + """
if number('revision') ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', key, ARGV[2], ARGV[3])
return 1
"""
)

# claim
RELEASE = (
    _COMMON
    + """
if number('claim') ~= tonumber(ARGV[1]) then return 0 end
redis.call('HDEL', key, 'claim', 'claim_ends')
if not number('revision') then redis.call('DEL', key) end
return 1
"""
)

# 1 where it is outdated as well, in more than a sync tells
MARK_STALE = (
    _COMMON
    + """
if markable() then
  redis.call('HSET', key, 'stale', moment())
  if ARGV[1] == '1' then redis.call('HSET', key, 'outdated', moment()) end
end
return 1
"""
)

# the problem, or nothing where there is none any more
NOTE_PROBLEM = (
    _COMMON
    + """
if not ARGV[1] then redis.call('HDEL', key, 'problem', 'noted')
elseif markable() then redis.call('HSET', key, 'problem', ARGV[1], 'noted', moment()) end
return 1
"""
)

# seconds that the tombstone stands
FORGET = (
    _COMMON
    + """
redis.call('DEL', key)
redis.call('HSET', key, 'closed', whole(now + ARGV[1] * 1000000))
redis.call('PEXPIRE', key, whole(ARGV[1] * 1000))
return 1
"""
)
