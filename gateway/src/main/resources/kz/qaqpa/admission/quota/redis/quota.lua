-- What agencies use and hold, counted for many gateways. Each call is one operation, seen by
-- others whole or not at all. It does what AgencyBook does in the memory of one process, and a
-- test holds the two against each other.
--
-- KEYS  1 the agency's account; 2 the leases of its reservations; then as the operation says.
-- ARGV  1 operation; 2 rules of the time zone; 3 time in ms for tests, else empty; then as the
--       operation says.
--
-- An account is a hash: minute, day, month are the windows it counts; s1 to s6 what was used in
-- them, r1 to r6 what running requests hold, in the order of Counter; streams; level and levelAt
-- of its bucket of requests. Only the newest window of each kind is kept. Time never goes back: the
-- agency's minute is a high-water mark.
--
-- A reservation is a string: its state (live, spent, ended), then whose it is, its windows and what
-- it holds. Live ones have a lease. When it is over, all that is held counts as used and the state
-- is spent; a gateway that comes back later may still renew or settle it. Of ended ones only the
-- word is kept, for a while, so that whatever comes twice or late counts once.

local DAY = 86400000
local MINUTE = 60000
local KEPT = 40 * DAY -- After the last write: longer than a month, so every window is over.
local SPENT_KEPT = DAY
local REQUEST = 1000000 -- Of a bucket: one request; rate units flow in each microsecond.
local SWEPT = 32 -- Leases that one operation ends at most.
local FIELDS = {
  'minute', 'day', 'month', 's1', 's2', 's3', 's4', 's5', 's6', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6',
  'streams', 'level', 'levelAt'
}
local WINDOWS = {'minute', 'minute', 'day', 'day', 'month', 'month'}
local base = string.sub(KEYS[1], 1, -8) -- Without "account".

local function whole(number)
  return string.format('%.0f', number)
end

local micros, millis
if ARGV[3] == '' then
  local time = redis.call('TIME')
  micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
  millis = math.floor(micros / 1000)
else
  millis = tonumber(ARGV[3])
  micros = millis * 1000
end

-- The calendar, as WindowCalendar has it -----------------------------------------------------------

local zone = {} -- An offset, then when it changes and to which.
for number in string.gmatch(ARGV[2], '%S+') do
  zone[#zone + 1] = tonumber(number)
end

local function offsetAt(time)
  local offset = zone[1]
  for i = 2, #zone, 2 do
    if time >= zone[i] then
      offset = zone[i + 1]
    end
  end
  return offset
end

-- When a date begins: of two midnights the earlier; where there is none, the end of the gap.
local function startOf(day)
  local midnight = day * DAY
  local offset = zone[1]
  for i = 2, #zone, 2 do
    local change, after = zone[i], zone[i + 1]
    if midnight < change + offset then
      break
    end
    if midnight < change + after then
      return change
    end
    offset = after
  end
  return midnight - offset
end

-- Months since the year 0 of a date in days since 1970 (Hinnant, "chrono-compatible low-level date
-- algorithms").
local function monthOf(day)
  local z = day + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor(
    (doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return year * 12 + month
end

local function windowsAt(time)
  local day = math.floor((time + offsetAt(time)) / DAY)
  if time >= startOf(day + 1) then -- A date that came twice was over the first time.
    day = day + 1
  end
  return {minute = math.floor(time / MINUTE), day = day, month = monthOf(day)}
end

-- Accounts and reservations ------------------------------------------------------------------------

local function load(key)
  local values = redis.call('HMGET', key, unpack(FIELDS))
  local account = {key = key, known = values[1] and true or false}
  for i, field in ipairs(FIELDS) do
    account[field] = tonumber(values[i] or 0)
  end
  return account
end

local function loadOf(app)
  return load(base .. 'account:' .. app)
end

local function save(account)
  local values = {}
  for _, field in ipairs(FIELDS) do
    values[#values + 1] = field
    values[#values + 1] = whole(account[field])
  end
  redis.call('HSET', account.key, unpack(values))
  redis.call('PEXPIRE', account.key, KEPT)
  account.known = true
end

-- The windows that are open for an agency: those of the time, or later ones it has already seen. No
-- account of it may be saved with later ones than its own.
local function openWindows(agency)
  local open = windowsAt(math.max(millis, agency.minute * MINUTE))
  for _, window in ipairs({'minute', 'day', 'month'}) do
    open[window] = math.max(open[window], agency[window])
  end
  return open
end

-- Forgets the windows that are over.
local function roll(account, open)
  for i, window in ipairs(WINDOWS) do
    if account[window] ~= open[window] then
      account['s' .. i] = 0
      account['r' .. i] = 0
    end
  end
  local rolled = account.minute ~= open.minute
  account.minute, account.day, account.month = open.minute, open.day, open.month
  return rolled
end

local function parse(text)
  local word = {}
  for part in string.gmatch(text, '%S+') do
    word[#word + 1] = part
  end
  if word[1] == 'ended' then
    return {state = 'ended'}
  end
  return {
    state = word[1], app = word[2],
    minute = tonumber(word[3]), day = tonumber(word[4]), month = tonumber(word[5]),
    tokens = tonumber(word[6]), characters = tonumber(word[7]), limited = word[8] == '1',
    cap = tonumber(word[9]), at = tonumber(word[10])
  }
end

local function keep(id, held, ttl)
  local text = table.concat({
    held.state, held.app, whole(held.minute), whole(held.day), whole(held.month),
    whole(held.tokens), whole(held.characters), held.limited and '1' or '0',
    whole(held.cap), whole(held.at)
  }, ' ')
  redis.call('SET', base .. 'held:' .. id, text, 'PX', whole(ttl))
end

local function find(id)
  local text = redis.call('GET', base .. 'held:' .. id)
  return text and parse(text) or nil
end

-- Adds to what the windows of a reservation hold and have settled, as far as they are still known.
local function change(held, tokens, characters, settledTokens, settledCharacters, streams)
  for _, account in ipairs({load(KEYS[1]), loadOf(held.app)}) do
    if account.known then
      for i, window in ipairs(WINDOWS) do
        if account[window] == held[window] then
          local even = i % 2 == 0
          local r, s = 'r' .. i, 's' .. i
          account[r] = math.max(0, account[r] + (even and characters or tokens))
          account[s] = math.max(0, account[s] + (even and settledCharacters or settledTokens))
        end
      end
      account.streams = math.max(0, account.streams + streams)
      save(account)
    end
  end
end

-- Ends leases that were not renewed: what they hold counts as used.
local function sweep()
  local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. whole(millis), 'LIMIT', 0, SWEPT)
  for _, id in ipairs(over) do
    redis.call('ZREM', KEYS[2], id)
    local held = find(id)
    if held and held.state == 'live' then
      change(held, -held.tokens, -held.characters, held.tokens, held.characters, -1)
      held.state = 'spent'
      keep(id, held, SPENT_KEPT)
    end
  end
end

local function lease(id, length)
  redis.call('ZADD', KEYS[2], whole(millis + length), id)
  redis.call('PEXPIRE', KEYS[2], KEPT)
end

-- Limits: "rate burst streams w1 … w6", where - is none.
local function limitsOf(text)
  local all = {}
  for part in string.gmatch(text, '%S+') do
    all[#all + 1] = part == '-' and math.huge or tonumber(part)
  end
  local limits = {rate = all[1], burst = all[2], streams = all[3]}
  for i = 1, 6 do
    limits[i] = all[3 + i]
  end
  return limits
end

local function counts(reply, account)
  for _, kind in ipairs({'s', 'r'}) do
    for i = 1, 6 do
      reply[#reply + 1] = account[kind .. i]
    end
  end
end

-- Requests per second ------------------------------------------------------------------------------

local function fill(account, limits)
  if limits.rate == math.huge then
    return
  end
  local most = limits.burst * REQUEST
  if account.levelAt == 0 then
    account.level = most
  elseif micros > account.levelAt then
    account.level = account.level + (micros - account.levelAt) * limits.rate
  end
  account.level = math.min(most, account.level)
  account.levelAt = micros
end

local function hasRequest(account, limits)
  return limits.rate == math.huge or account.level >= REQUEST
end

-- Burst, requests left, microseconds until one more may begin; or -1 where there is no limit.
local function rate(reply, account, limits)
  if limits.rate == math.huge then
    reply[#reply + 1] = -1
    reply[#reply + 1] = 0
    reply[#reply + 1] = 0
    return
  end
  reply[#reply + 1] = limits.burst
  reply[#reply + 1] = math.floor(account.level / REQUEST)
  reply[#reply + 1] = math.max(0, math.ceil((REQUEST - account.level) / limits.rate))
end

-- Reserving ----------------------------------------------------------------------------------------

-- Answers: "tokens count" for each length; each at most cap.
local function output(answers, cap)
  local sum = 0
  for i = 1, #answers, 2 do
    sum = sum + math.min(answers[i], cap) * answers[i + 1]
  end
  return sum
end

-- The largest cap under which all answers together stay within so many tokens; 0 if there is none.
local function capWithin(answers, tokens)
  local low, high = 0, 0
  for i = 1, #answers, 2 do
    high = math.max(high, answers[i])
  end
  if output(answers, high) <= tokens then
    return high
  end
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    if output(answers, middle) <= tokens then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

-- What all windows leave for answers: tokens, characters.
local function rooms(accounts, limits, promptTokens, promptCharacters)
  local tokens, characters = math.huge, math.huge
  for which, account in ipairs(accounts) do
    for i = 1, 6 do
      local left = limits[which][i] - account['s' .. i] - account['r' .. i]
      if i % 2 == 0 then
        characters = math.min(characters, left - promptCharacters)
      else
        tokens = math.min(tokens, left - promptTokens)
      end
    end
  end
  return tokens, characters
end

local function granted(held, accounts, limits)
  local reply = {
    'granted', held.cap, held.characters, held.limited and 1 or 0, held.at, held.minute
  }
  counts(reply, accounts[1])
  counts(reply, accounts[2])
  rate(reply, accounts[1], limits[1])
  rate(reply, accounts[2], limits[2])
  return reply
end

-- Whether streams or requests are short: of the application first, as in one process.
local function crowded(accounts, limits)
  for which = 2, 1, -1 do
    if accounts[which].streams + 1 > limits[which].streams then
      return {'streams', which, accounts[which].streams + 1, limits[which].streams}
    end
  end
  for which = 2, 1, -1 do
    fill(accounts[which], limits[which])
    if not hasRequest(accounts[which], limits[which]) then
      local reply = {'requests', which}
      rate(reply, accounts[which], limits[which])
      return reply
    end
  end
  return nil
end

-- KEYS 3 the application's account, 4 the reservation. ARGV 4 its id, 5 application, 6 lease in ms,
-- 7 and 8 prompt's tokens and characters, 9 tokens of the shortest answers, 10 characters for each
-- token, 11 answers, 12 and 13 limits of agency and application.
-- Gives "granted" with all that is said of it; or what was short; or "ended".
local function reserve()
  local id, app, length = ARGV[4], ARGV[5], tonumber(ARGV[6])
  local promptTokens, promptCharacters = tonumber(ARGV[7]), tonumber(ARGV[8])
  local least, perToken = tonumber(ARGV[9]), tonumber(ARGV[10])
  local answers = {}
  for number in string.gmatch(ARGV[11], '%S+') do
    answers[#answers + 1] = tonumber(number)
  end
  local limits = {limitsOf(ARGV[12]), limitsOf(ARGV[13])}
  sweep()
  local accounts = {load(KEYS[1]), load(KEYS[3])}
  local held = find(id)
  if held then -- Asked again, as the reply was lost; or given up meanwhile.
    return held.state == 'live' and granted(held, accounts, limits) or {'ended'}
  end
  local short = crowded(accounts, limits)
  if short then
    return short
  end
  local open = openWindows(accounts[1])
  local rolled = roll(accounts[1], open)
  rolled = roll(accounts[2], open) or rolled
  local tokens, characters = rooms(accounts, limits, promptTokens, promptCharacters)
  if tokens < least or characters < least * perToken then
    local reply = {'windows', millis, open.minute}
    counts(reply, accounts[1])
    counts(reply, accounts[2])
    if rolled then
      save(accounts[1])
      save(accounts[2])
    end
    return reply
  end
  local cap = capWithin(answers, tokens)
  local answer = output(answers, cap)
  held = {
    state = 'live', app = app, minute = open.minute, day = open.day, month = open.month,
    tokens = promptTokens + answer,
    characters = promptCharacters + math.min(characters, answer * perToken),
    limited = characters < math.huge, cap = cap, at = millis
  }
  for which, account in ipairs(accounts) do
    for i = 1, 6 do
      local r = 'r' .. i
      account[r] = account[r] + (i % 2 == 0 and held.characters or held.tokens)
    end
    account.streams = account.streams + 1
    if limits[which].rate ~= math.huge then
      account.level = account.level - REQUEST
    end
    save(account)
  end
  keep(id, held, KEPT)
  lease(id, length)
  return granted(held, accounts, limits)
end

-- The end of a reservation ---------------------------------------------------------------------------

-- KEYS 3 the reservation. ARGV 4 its id, 5 and 6 tokens and characters used, 7 how long in ms it is
-- remembered. One that is not known yet will never be made.
local function settle()
  local id, ttl = ARGV[4], ARGV[7]
  local held = find(id)
  redis.call('SET', KEYS[3], 'ended', 'PX', ttl)
  if not held or held.state == 'ended' then
    return {0}
  end
  local tokens = math.min(tonumber(ARGV[5]), held.tokens)
  local characters = tonumber(ARGV[6])
  if held.limited then
    characters = math.min(characters, held.characters)
  end
  if held.state == 'live' then
    redis.call('ZREM', KEYS[2], id)
    change(held, -held.tokens, -held.characters, tokens, characters, -1)
  else
    change(held, 0, 0, tokens - held.tokens, characters - held.characters, 0)
  end
  return {1}
end

-- ARGV 4 lease in ms, from 5 on ids. A reservation whose lease was over before is held again.
local function renew()
  sweep()
  local length = tonumber(ARGV[4])
  local renewed = 0
  for i = 5, #ARGV do
    local held = find(ARGV[i])
    if held and held.state == 'spent' then
      change(held, held.tokens, held.characters, -held.tokens, -held.characters, 1)
      held.state = 'live'
      keep(ARGV[i], held, KEPT)
    end
    if held and held.state == 'live' then
      lease(ARGV[i], length)
      renewed = renewed + 1
    end
  end
  return {renewed}
end

-- Past use -------------------------------------------------------------------------------------------

local function excess(account, limits, even)
  local most = 0
  for i = even and 2 or 1, 6, 2 do
    most = math.max(most, account['s' .. i] + account['r' .. i] - limits[i])
  end
  return most
end

-- KEYS 3 the application's account, 4 what remembers that this was counted. ARGV 4 when it was used,
-- 5 and 6 tokens and characters, 7 and 8 limits of agency and application.
-- Gives how much further, in tokens and characters, the limits are exceeded by that.
local function count()
  if not redis.call('SET', KEYS[4], 'ended', 'PX', DAY, 'NX') then
    return {0, 0}
  end
  local accounts = {load(KEYS[1]), load(KEYS[3])}
  local limits = {limitsOf(ARGV[7]), limitsOf(ARGV[8])}
  local used = {tonumber(ARGV[5]), tonumber(ARGV[6])}
  local open = openWindows(accounts[1])
  local made = windowsAt(math.min(tonumber(ARGV[4]), millis))
  local over = {0, 0}
  for which, account in ipairs(accounts) do
    roll(account, open)
    local before = {excess(account, limits[which], false), excess(account, limits[which], true)}
    for i, window in ipairs(WINDOWS) do
      if made[window] == open[window] then
        account['s' .. i] = account['s' .. i] + used[i % 2 == 0 and 2 or 1]
      end
    end
    over[1] = math.max(over[1], excess(account, limits[which], false) - before[1])
    over[2] = math.max(over[2], excess(account, limits[which], true) - before[2])
    save(account)
  end
  return over
end

-- KEYS 3 the application's account. ARGV 4 and 5 the day and the month, 6 and 7 tokens and characters
-- used in the day, 8 and 9 in the month. Counts them unless the application has an account already.
local function restore()
  local accounts = {load(KEYS[1]), load(KEYS[3])}
  if accounts[2].known then
    return {0}
  end
  local open = openWindows(accounts[1])
  for _, account in ipairs(accounts) do
    roll(account, open)
    if tonumber(ARGV[4]) == open.day then
      account.s3 = account.s3 + tonumber(ARGV[6])
      account.s4 = account.s4 + tonumber(ARGV[7])
    end
    if tonumber(ARGV[5]) == open.month then
      account.s5 = account.s5 + tonumber(ARGV[8])
      account.s6 = account.s6 + tonumber(ARGV[9])
    end
    save(account)
  end
  return {1}
end

-- KEYS 3 the account. Gives the open windows and its counts.
local function read()
  local accounts = {load(KEYS[1])}
  if KEYS[3] ~= KEYS[1] then
    accounts[2] = load(KEYS[3])
  end
  local open = openWindows(accounts[1])
  for _, account in ipairs(accounts) do
    if roll(account, open) and account.known then
      save(account)
    end
  end
  local reply = {open.minute, open.day, open.month}
  counts(reply, accounts[#accounts])
  return reply
end

local operations = {
  reserve = reserve, settle = settle, renew = renew, count = count, restore = restore, read = read
}
return operations[ARGV[1]]()
