-- Plays Clink for the script whose path is the first argument: what Clink's manual says of its functions, and cmd's rule for quotes.
-- Then plays the events whose names follow, and prints what each filter gives, one `name=value` a line.

local beginning, ending, filters, printed, now = {}, {}, {}, {}, 100
local errorlevel, width, reads_errorlevel = 0, 80, true

NONL = {}
clink = {
  onbeginedit = function(action) beginning[#beginning + 1] = action end,
  onendedit = function(action) ending[#ending + 1] = action end,
  promptfilter = function(priority)
    assert(type(priority) == "number")
    filters[#filters + 1] = {}
    return filters[#filters]
  end,
  print = function(text, nonl)
    assert(nonl == NONL)
    printed[#printed + 1] = text
  end,
}
console = { getwidth = function() return width end }
settings = { get = function(name) return name == "cmd.get_errorlevel" and reads_errorlevel end }
rl = { getvariable = function(name) return name == "keymap" and "vi-insert&calc" or nil end }
os.geterrorlevel = function() return errorlevel end
os.clock = function() return now end
os.setenv = function(name, value) assert(type(name) == "string" and type(value) == "string") end

-- cmd /c: if the line begins with a quote, that and the last one are taken away. `nul` is a device.
local popen = io.popen
io.popen = function(command, mode)
  local line = assert(command:match('^"(.*)"$'), "not as a whole in quotes")
  return popen(line:gsub("2>nul", "2>/dev/null"):gsub("<nul", "</dev/null"), mode)
end

local function show(name, text)
  io.write(name, "=", (tostring(text):gsub("\n", "\\n"):gsub("\27", "\\e")), "\n")
end

local events = {
  prompt = function()
    for _, action in ipairs(beginning) do action() end
  end,
  show = function()
    for _, filter in ipairs(filters) do
      show("left", filter:filter("C:\\>"))
      show("right", filter:rightfilter(""))
      show("transient", filter:transientfilter("C:\\>"))
      show("transient right", filter:transientrightfilter(""))
    end
    show("printed", table.concat(printed, "|"))
  end,
  enter = function()
    for _, action in ipairs(ending) do action("   ") end
  end,
  command = function()
    for _, action in ipairs(ending) do action("build all") end
    now, errorlevel = now + 1.25, 3
  end,
  resize = function() width = 120 end,
  unset = function() reads_errorlevel = false end,
}

assert(loadfile(arg[1]))()
for index = 2, #arg do events[arg[index]]() end
