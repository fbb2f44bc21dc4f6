-- Scorecards of different units and months, asked for by different people, compressed.
local paths, cookies = {}, {}

function init()
  for line in io.lines("paths.txt") do paths[#paths + 1] = line end
  for line in io.lines("cookies.txt") do cookies[#cookies + 1] = line end
  math.randomseed(os.time() + tonumber(tostring({}):sub(8), 16) % 100000)
end

function request()
  return wrk.format("GET", paths[math.random(#paths)], {
    ["host"] = wrk.host .. ":" .. wrk.port,
    ["accept-encoding"] = "gzip",
    ["cookie"] = "evenkeel=" .. cookies[math.random(#cookies)],
  })
end

if os.getenv("PAUSE") then
  function delay() return 300 + math.random(400) end
end
