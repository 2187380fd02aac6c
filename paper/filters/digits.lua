-- A digit in prose must refer to a result or a published fact or be marked as a literal; any other fails the build.
-- Names that contain digits are listed in paper/names.lua.
local here = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local common = dofile(pandoc.path.join{here, "common.lua"})
local names = dofile(pandoc.path.join{here, "..", "names.lua"})

local kResolved = {"num", "pub", "lit", "verdict", "claim", "count", "ref"}
local kHidden = "\u{1}"  -- replaces what is not prose; no name matches across it
local kOtherDigits = {"\u{b2}", "\u{b3}", "\u{b9}", "\u{bc}", "\u{bd}", "\u{be}", "\u{2070}", "\u{2074}", "\u{2075}",
                      "\u{2076}", "\u{2077}", "\u{2078}", "\u{2079}", "\u{2080}", "\u{2081}", "\u{2082}", "\u{2083}"}

table.sort(names, function(a, b) return #a > #b or (#a == #b and a < b) end)

local function without_names(text)
  text = " " .. text .. " "
  for _, name in ipairs(names) do
    local pattern = name:gsub("%W", "%%%0"):gsub("%% ", "%%s+")
    text = text:gsub("%f[%w]" .. pattern .. "s?%f[%W]", kHidden)
    if name:match("%W$") then text = text:gsub("%f[%w]" .. pattern, kHidden) end
  end
  return text
end

local function words_with_digits(text)
  local found = {}
  for word in without_names(text):gmatch("[^%s" .. kHidden .. "]+") do
    local naked = word:match("%d") ~= nil
    for _, digit in ipairs(kOtherDigits) do naked = naked or word:find(digit, 1, true) ~= nil end
    if naked then found[#found + 1] = word end
  end
  return found
end

--- A link whose text is its own target.
local function is_url(inline) return inline.t == "Link" and common.is(inline, "uri") end

local function is_resolved(span)
  if span.t ~= "Span" then return false end
  for _, class in ipairs(kResolved) do
    if common.is(span, class) then return true end
  end
  return false
end

local problems = common.problems()
local check_blocks

local function flat(inlines, place)
  local parts = {}
  for _, inline in ipairs(inlines) do
    local t = inline.t
    if t == "Str" then
      parts[#parts + 1] = inline.text
    elseif t == "Math" then
      parts[#parts + 1] = inline.text
    elseif t == "Space" or t == "SoftBreak" or t == "LineBreak" then
      parts[#parts + 1] = " "
    elseif t == "Code" or t == "Cite" or is_resolved(inline) or is_url(inline) then
      parts[#parts + 1] = kHidden
    elseif t == "Note" then
      check_blocks(inline.content, place)
      parts[#parts + 1] = kHidden
    elseif t == "Image" then
      problems.add(place, "an image in prose; use ::: {.figure name=…}")
    elseif t == "RawInline" then
      if not inline.text:match("^<!%-%-") then problems.add(place, "raw " .. inline.format .. ": " .. inline.text) end
    else
      parts[#parts + 1] = flat(inline.content, place)
    end
  end
  return table.concat(parts)
end

local function check(inlines, place)
  for _, word in ipairs(words_with_digits(flat(inlines, place))) do
    problems.add(place, "naked digit in \"" .. word .. "\"; write a .num, .pub or .lit span")
  end
end

function check_blocks(blocks, place)
  for _, block in ipairs(blocks) do
    local t = block.t
    if t == "Para" or t == "Plain" or t == "Header" then
      check(block.content, place)
    elseif t == "BlockQuote" or t == "Div" then
      check_blocks(block.content, place)
    elseif t == "BulletList" or t == "OrderedList" then
      for _, item in ipairs(block.content) do check_blocks(item, place) end
    elseif t == "DefinitionList" then
      for _, item in ipairs(block.content) do
        check(item[1], place)
        for _, definition in ipairs(item[2]) do check_blocks(definition, place) end
      end
    elseif t == "LineBlock" then
      for _, line in ipairs(block.content) do check(line, place) end
    elseif t == "Table" then
      problems.add(place, "a table in prose; tables are generated, use ::: {.table name=…}")
    elseif t == "RawBlock" and not block.text:match("^<!%-%-") then
      problems.add(place, "raw " .. block.format .. " block: " .. block.text)
    end
  end
end

function Pandoc(doc)
  common.each_block(doc, function(block, place) check_blocks({block}, place) end)
  problems.raise()
end
